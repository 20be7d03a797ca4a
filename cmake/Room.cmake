# packtrail_room(NAME [DEPENDS rooms...] [LINKS libraries...] [TEST_DEPENDS ...] [TEST_LINKS ...])
#
# Declares the room in the current folder: a static library packtrail_NAME of every *.cc here and
# below that is not a test or a nested room, and, with PACKTRAIL_TESTS, one program NAME_test of
# every *_test.cc. Include paths are paths under src/. tests/house_test.py checks the direction of
# the includes.

add_library(packtrail_options INTERFACE)
# For our own sources alone: cmake/Library.cmake says what another project gets.
target_include_directories(packtrail_options INTERFACE
  $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/src>)
set(packtrail_warnings
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -fno-omit-frame-pointer)
target_compile_options(packtrail_options INTERFACE "$<BUILD_INTERFACE:${packtrail_warnings}>")
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  target_compile_options(packtrail_options INTERFACE $<BUILD_INTERFACE:-Wthread-safety>)
else()
  # GCC 12 sees overlaps, overflows and bounds in std::string that are not there (GCC bugs 105329,
  # 105651); clang and the sanitizers look for the real ones.
  target_compile_options(packtrail_options INTERFACE
    "$<BUILD_INTERFACE:-Wno-restrict;-Wno-stringop-overflow>")
endif()
if(PACKTRAIL_SANITIZE)
  set(packtrail_sanitize -fsanitize=${PACKTRAIL_SANITIZE})
  if(PACKTRAIL_SANITIZE MATCHES "undefined")
    list(APPEND packtrail_sanitize -fno-sanitize-recover=all)
  endif()
  if(PACKTRAIL_FUZZ)
    target_compile_options(packtrail_options INTERFACE -fsanitize=fuzzer-no-link)
  endif()
  target_compile_options(packtrail_options INTERFACE ${packtrail_sanitize})
  target_link_options(packtrail_options INTERFACE ${packtrail_sanitize})
endif()
target_link_libraries(packtrail_options INTERFACE Threads::Threads)

# The standard headers that nearly every file includes, compiled once per build folder.
add_library(packtrail_pch STATIC ${PROJECT_SOURCE_DIR}/cmake/pch.cc)
target_link_libraries(packtrail_pch PUBLIC packtrail_options)
target_precompile_headers(packtrail_pch PRIVATE
  <algorithm> <array> <chrono> <cstdint> <functional> <map> <memory> <optional> <span> <string>
  <string_view> <variant> <vector>)

function(packtrail_room name)
  cmake_parse_arguments(ROOM "" "" "DEPENDS;LINKS;TEST_DEPENDS;TEST_LINKS;EXCLUDE" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS *.cc)
  foreach(excluded IN LISTS ROOM_EXCLUDE)
    list(FILTER sources EXCLUDE REGEX "${excluded}")
  endforeach()
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "_test\\.cc$")
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  list(TRANSFORM ROOM_DEPENDS PREPEND packtrail_)
  list(TRANSFORM ROOM_TEST_DEPENDS PREPEND packtrail_)

  if(sources)
    add_library(packtrail_${name} STATIC ${sources})
    target_link_libraries(packtrail_${name} PUBLIC packtrail_options ${ROOM_DEPENDS} ${ROOM_LINKS})
    target_precompile_headers(packtrail_${name} REUSE_FROM packtrail_pch)
  else()
    add_library(packtrail_${name} INTERFACE)
    target_link_libraries(packtrail_${name} INTERFACE packtrail_options ${ROOM_DEPENDS} ${ROOM_LINKS})
  endif()

  if(PACKTRAIL_TESTS AND tests)
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE packtrail_${name} ${ROOM_TEST_DEPENDS}
      ${ROOM_TEST_LINKS} GTest::gtest_main)
    target_precompile_headers(${name}_test REUSE_FROM packtrail_pch)
    target_compile_definitions(${name}_test PRIVATE
      PACKTRAIL_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
    add_test(NAME ${name} COMMAND ${name}_test)
  endif()
endfunction()
