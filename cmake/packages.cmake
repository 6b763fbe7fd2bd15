# What Debian lacks: fetched by package name, version and SHA-256, never committed.

# pyw_npm_package(NAME tree-sitter-typescript VERSION 0.23.2 SHA256 … RESULT variable)
# downloads and unpacks a package of the npm registry below the build folder; RESULT is its folder.
function(pyw_npm_package)
  cmake_parse_arguments(ARG "" "NAME;VERSION;SHA256;RESULT" "" ${ARGN})
  string(REGEX REPLACE "^@[^/]*/" "" base "${ARG_NAME}")
  string(MAKE_C_IDENTIFIER "${ARG_NAME}-${ARG_VERSION}" folder_name)
  # Shared by all presets of one checkout, so that a second preset downloads nothing.
  set(store "${CMAKE_SOURCE_DIR}/build/packages")
  set(archive "${store}/${folder_name}.tgz")
  set(folder "${store}/${folder_name}")
  if(NOT EXISTS "${folder}/.complete")
    file(DOWNLOAD "${PYW_NPM_REGISTRY}${ARG_NAME}/-/${base}-${ARG_VERSION}.tgz" "${archive}"
      EXPECTED_HASH SHA256=${ARG_SHA256} TLS_VERIFY ON INACTIVITY_TIMEOUT 60)
    file(REMOVE_RECURSE "${folder}")
    file(ARCHIVE_EXTRACT INPUT "${archive}" DESTINATION "${folder}")
    file(REMOVE "${archive}")
    file(TOUCH "${folder}/.complete")
  endif()
  message(STATUS "pyw: ${ARG_NAME} ${ARG_VERSION}")
  set(${ARG_RESULT} "${folder}/package" PARENT_SCOPE)
endfunction()
