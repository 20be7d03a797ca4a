# The lower rooms as a library for other projects: `cmake --install BUILD --component library`, then
# find_package(Packtrail COMPONENTS gs1) and the targets Packtrail::gs1 and so on
# (docs/library/README.md).
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(library_rooms base gs1 numbering symbology symbology_make symbology_label symbology_read
  symbology_grade)
set(library_targets packtrail_options)
foreach(room IN LISTS library_rooms)
  list(APPEND library_targets packtrail_${room})
  set_target_properties(packtrail_${room} PROPERTIES EXPORT_NAME ${room})
endforeach()
set_target_properties(packtrail_options PROPERTIES EXPORT_NAME options)
target_include_directories(packtrail_options INTERFACE
  $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/packtrail>)
target_compile_features(packtrail_options INTERFACE cxx_std_20)

install(TARGETS ${library_targets} EXPORT PacktrailTargets COMPONENT library
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT library)
install(EXPORT PacktrailTargets NAMESPACE Packtrail::
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/Packtrail COMPONENT library)
foreach(folder base gs1 numbering symbology)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/src/${folder}
    DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/packtrail COMPONENT library
    FILES_MATCHING PATTERN "*.h" PATTERN "*_testing.h" EXCLUDE PATTERN "testing" EXCLUDE)
endforeach()

configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/PacktrailConfig.cmake.in
  ${CMAKE_CURRENT_BINARY_DIR}/PacktrailConfig.cmake
  INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/Packtrail)
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/PacktrailConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/PacktrailConfig.cmake
  ${CMAKE_CURRENT_BINARY_DIR}/PacktrailConfigVersion.cmake
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/Packtrail COMPONENT library)
