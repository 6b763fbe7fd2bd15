# dep_blake3: the portable C of BLAKE3's reference implementation. Debian has no C library of it, but its Rust package
# carries the C sources: taken from there (installed or downloaded by apt-get), each file checked by its SHA-256.
# Elsewhere: -DPYW_BLAKE3_SOURCES=the `c` folder of BLAKE3 1.3.1.
set(PYW_BLAKE3_SOURCES "" CACHE PATH "Folder of BLAKE3 1.3.1's C sources")

function(pyw_find_blake3 result)
  set(inside "usr/share/cargo/registry/blake3-1.3.1/c")
  set(store "${CMAKE_SOURCE_DIR}/build/packages")
  set(candidates "${PYW_BLAKE3_SOURCES}" "/${inside}" "${store}/blake3/${inside}")
  foreach(folder IN LISTS candidates)
    if(folder AND EXISTS "${folder}/blake3_portable.c")
      set(${result} "${folder}" PARENT_SCOPE)
      return()
    endif()
  endforeach()
  file(MAKE_DIRECTORY "${store}/blake3")
  execute_process(COMMAND apt-get download librust-blake3-dev WORKING_DIRECTORY "${store}/blake3"
    OUTPUT_QUIET ERROR_QUIET)
  file(GLOB package "${store}/blake3/librust-blake3-dev_*.deb")
  if(package)
    execute_process(COMMAND dpkg-deb -x "${package}" "${store}/blake3")
    file(REMOVE "${package}")
  endif()
  if(NOT EXISTS "${store}/blake3/${inside}/blake3_portable.c")
    message(FATAL_ERROR "BLAKE3's C sources were not found: install librust-blake3-dev 1.3.1, or pass -DPYW_BLAKE3_SOURCES=FOLDER")
  endif()
  set(${result} "${store}/blake3/${inside}" PARENT_SCOPE)
endfunction()

pyw_find_blake3(blake3_folder)
foreach(row
    "blake3.c;017cd96fba5a3ef1d669187d678336ffce594837f7316665c6bd6d5291aab4d8"
    "blake3_dispatch.c;2603dd4a855f4be52961c68f9bbebcb9c74e28144e3dc00ab7837f8e88762cfa"
    "blake3_portable.c;2bc25b0dad67b4329d0b49cfa075ab2b0d04e424addbddc4e9c389c52a192524"
    "blake3.h;024151249bf3234ab1e804596d1d1fa5705626f01670772e55d3267ca1b5863b"
    "blake3_impl.h;2f98021d869c41bb155e3beee06ad685480c7ececaa653e20ab209c3ec4b510c")
  list(GET row 0 name)
  list(GET row 1 expected)
  file(SHA256 "${blake3_folder}/${name}" actual)
  if(NOT actual STREQUAL expected)
    message(FATAL_ERROR "${blake3_folder}/${name} is not BLAKE3 1.3.1's: SHA-256 ${actual}")
  endif()
endforeach()

add_library(dep_blake3 STATIC
  "${blake3_folder}/blake3.c" "${blake3_folder}/blake3_dispatch.c" "${blake3_folder}/blake3_portable.c")
target_include_directories(dep_blake3 SYSTEM INTERFACE "${blake3_folder}")
target_compile_options(dep_blake3 PRIVATE -w)
target_compile_definitions(dep_blake3 PRIVATE
  BLAKE3_NO_SSE2 BLAKE3_NO_SSE41 BLAKE3_NO_AVX2 BLAKE3_NO_AVX512 BLAKE3_USE_NEON=0)
message(STATUS "pyw: BLAKE3 1.3.1")
