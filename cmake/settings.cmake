# pyw_settings and pyw_warnings: linked PRIVATE by our own targets only, never by third-party code.
option(PYW_WERROR "Treat warnings as errors" OFF)
option(PYW_TESTS "Build the tests" OFF)
option(PYW_UNITY "Compile several files of a folder as one: a third of the time from nothing" OFF)
set(PYW_SANITIZE "" CACHE STRING "Sanitizers, as -fsanitize takes them")

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  set(CMAKE_C_COMPILER_LAUNCHER "${CCACHE_PROGRAM}")
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CCACHE_PROGRAM}")
endif()

# Beast and Asio cost over 1 GB a file, and 3 GB where files are compiled together: no more at once than fit.
cmake_host_system_information(RESULT PYW_MEMORY_MIB QUERY TOTAL_PHYSICAL_MEMORY)
math(EXPR PYW_HEAVY_JOBS "${PYW_MEMORY_MIB} / 4000")
if(PYW_HEAVY_JOBS LESS 1)
  set(PYW_HEAVY_JOBS 1)
endif()
set_property(GLOBAL PROPERTY JOB_POOLS heavy_compile=${PYW_HEAVY_JOBS})

if(PYW_SANITIZE)
  add_compile_options(-fsanitize=${PYW_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${PYW_SANITIZE})
endif()

# GNU ld takes seconds for each of sixty debug programs, mold tenths of one.
if(CMAKE_BUILD_TYPE STREQUAL "Debug")
  find_program(MOLD_PROGRAM mold)
  if(MOLD_PROGRAM)
    add_link_options(-fuse-ld=mold)
  endif()
endif()

if(CMAKE_BUILD_TYPE STREQUAL "Release")
  include(CheckIPOSupported)
  check_ipo_supported(RESULT PYW_IPO_SUPPORTED OUTPUT PYW_IPO_WHY LANGUAGES CXX)
  set(CMAKE_INTERPROCEDURAL_OPTIMIZATION ${PYW_IPO_SUPPORTED})
  add_link_options(-Wl,--gc-sections -Wl,--as-needed)
  # Relocations packed: a program of 10 MB is 190 KB smaller, and reads as much less at its start. It then needs
  # glibc 2.36, Debian 12's, as its libraries do.
  include(CheckLinkerFlag)
  check_linker_flag(CXX -Wl,-z,pack-relative-relocs PYW_CAN_PACK_RELOCATIONS)
  if(PYW_CAN_PACK_RELOCATIONS)
    add_link_options(-Wl,-z,pack-relative-relocs)
  endif()
  add_compile_options(-ffunction-sections -fdata-sections)
endif()

add_library(pyw_settings INTERFACE)
target_include_directories(pyw_settings INTERFACE
  "${CMAKE_SOURCE_DIR}/src" "${CMAKE_SOURCE_DIR}" "${CMAKE_BINARY_DIR}/generated")
target_compile_definitions(pyw_settings INTERFACE
  PYW_VERSION="${PROJECT_VERSION}" $<$<CONFIG:Debug>:_GLIBCXX_ASSERTIONS>)

add_library(pyw_warnings INTERFACE)
target_compile_options(pyw_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Wcast-qual
  -Woverloaded-virtual -Wnull-dereference -Wimplicit-fallthrough
  $<$<BOOL:${PYW_WERROR}>:-Werror>)
if(PYW_UNITY) # a local name may be another file's own
  target_compile_options(pyw_warnings INTERFACE -Wno-shadow)
endif()
# GCC 12 reports null dereferences and maybe-uninitialised members inside inlined library code.
target_compile_options(pyw_warnings INTERFACE
  $<$<CXX_COMPILER_ID:GNU>:-Wno-null-dereference -Wno-maybe-uninitialized -Wno-restrict>)
