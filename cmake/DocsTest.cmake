# docs_test: the C++ examples of docs/library as one test program (tests/docs_cpp.py).
find_package(Python3 REQUIRED COMPONENTS Interpreter)

file(GLOB docs_pages CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/docs/library/*.md)
set(docs_script ${PROJECT_SOURCE_DIR}/tests/docs_cpp.py)
set(docs_sources "")
foreach(page IN LISTS docs_pages)
  get_filename_component(name ${page} NAME_WE)
  set(output ${CMAKE_CURRENT_BINARY_DIR}/docs_${name}.cc)
  add_custom_command(OUTPUT ${output}
    COMMAND ${Python3_EXECUTABLE} ${docs_script} ${output} ${page}
    DEPENDS ${docs_script} ${page}
    VERBATIM)
  list(APPEND docs_sources ${output})
endforeach()

add_executable(docs_test ${docs_sources} ${PROJECT_SOURCE_DIR}/tests/known_leaks.cc)
target_link_libraries(docs_test PRIVATE packtrail_gs1 packtrail_numbering packtrail_symbology
  packtrail_symbology_make packtrail_symbology_label packtrail_symbology_read
  packtrail_symbology_grade GTest::gtest_main)
# Beside the rooms' tests, where ./test finds them.
set_target_properties(docs_test PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/src/docs)
target_compile_definitions(docs_test PRIVATE PACKTRAIL_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
add_test(NAME docs COMMAND docs_test)
