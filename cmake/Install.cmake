# `cmake --install`: the program, the library with its headers, and a package that another project
# finds with find_package(elbo) and links as elbo::elbo.
include(CMakePackageConfigHelpers)
set(ELBO_PACKAGE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/elbo)

install(TARGETS elbo_program RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS elbo EXPORT elboTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY elbo/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/elbo FILES_MATCHING PATTERN "*.h")
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(EXPORT elboTargets NAMESPACE elbo:: DESTINATION ${ELBO_PACKAGE_DIR})
configure_package_config_file(cmake/elboConfig.cmake.in
  ${PROJECT_BINARY_DIR}/generated/elboConfig.cmake INSTALL_DESTINATION ${ELBO_PACKAGE_DIR})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/generated/elboConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES
  ${PROJECT_BINARY_DIR}/generated/elboConfig.cmake
  ${PROJECT_BINARY_DIR}/generated/elboConfigVersion.cmake
  DESTINATION ${ELBO_PACKAGE_DIR})
