# Writes ${CMAKE_BINARY_DIR}/generated/version.cpp with the project's version and, when the source
# is the root of a git checkout, the commit it was configured at (and again after each commit).
set(ELBO_VERSION_TEXT "${PROJECT_VERSION}")
find_package(Git QUIET)
if(GIT_FOUND AND EXISTS ${PROJECT_SOURCE_DIR}/.git)
  execute_process(
    COMMAND ${GIT_EXECUTABLE} describe --always --tags
    WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
    OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
  if(NOT failed AND commit MATCHES "^[A-Za-z0-9._/-]+$")
    string(APPEND ELBO_VERSION_TEXT " (${commit})")
    execute_process(
      COMMAND ${GIT_EXECUTABLE} rev-parse --path-format=absolute --git-path logs/HEAD
      WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
      OUTPUT_VARIABLE log OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    if(EXISTS "${log}")
      set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${log}")
    endif()
  endif()
endif()
configure_file(${PROJECT_SOURCE_DIR}/cmake/version.cpp.in
  ${PROJECT_BINARY_DIR}/generated/version.cpp @ONLY)
