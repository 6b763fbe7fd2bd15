# dep_NAME: one INTERFACE target a library; all come from Debian 12's packages (see Makefile, `make deps`).
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)

# What public headers may include: fmt, tl::expected, nlohmann/json_fwd.
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
add_library(dep_common INTERFACE)
target_link_libraries(dep_common INTERFACE fmt::fmt nlohmann_json::nlohmann_json)

function(pyw_pkg_config_dependency name module)
  pkg_check_modules(${name} REQUIRED IMPORTED_TARGET ${module})
  add_library(dep_${name} INTERFACE)
  target_link_libraries(dep_${name} INTERFACE PkgConfig::${name})
  message(STATUS "pyw: ${name} ${${name}_VERSION}")
endfunction()

pyw_pkg_config_dependency(crypto libcrypto)
pyw_pkg_config_dependency(ssl libssl)
pyw_pkg_config_dependency(zstd libzstd)
pyw_pkg_config_dependency(sqlite sqlite3)
pyw_pkg_config_dependency(tree_sitter tree-sitter)
pyw_pkg_config_dependency(xxhash libxxhash)

# Loaded on first use (base/lazy_library.hpp): linking libcurl and libgit2 costs every start of pyw
# 4 ms of dynamic linking (measured: 6.8 ms with, 2.9 ms without), libarchive 1.4 ms. Only their headers are
# needed here.
foreach(lazy curl git2 archive nghttp2 seccomp)
  pkg_check_modules(lazy_${lazy} REQUIRED lib${lazy})
  add_library(dep_${lazy} INTERFACE)
  target_include_directories(dep_${lazy} SYSTEM INTERFACE ${lazy_${lazy}_INCLUDE_DIRS})
  target_link_libraries(dep_${lazy} INTERFACE ${CMAKE_DL_LIBS})
  message(STATUS "pyw: ${lazy} ${lazy_${lazy}_VERSION}, loaded on first use")
endforeach()

find_package(CLI11 REQUIRED)
add_library(dep_cli11 INTERFACE)
target_link_libraries(dep_cli11 INTERFACE CLI11::CLI11)

find_package(toml11 REQUIRED)
add_library(dep_toml11 INTERFACE)
target_link_libraries(dep_toml11 INTERFACE toml11::toml11)

# Boost is header-only here (Asio, Beast): at most 6 files include it.
find_path(BOOST_INCLUDE_DIR boost/beast/version.hpp REQUIRED)
add_library(dep_asio INTERFACE)
target_include_directories(dep_asio SYSTEM INTERFACE "${BOOST_INCLUDE_DIR}")
target_link_libraries(dep_asio INTERFACE Threads::Threads)

if(PYW_TESTS)
  find_path(CATCH_INCLUDE_DIR catch2/catch.hpp REQUIRED)
  add_library(dep_catch INTERFACE)
  target_include_directories(dep_catch SYSTEM INTERFACE "${CATCH_INCLUDE_DIR}")
endif()
