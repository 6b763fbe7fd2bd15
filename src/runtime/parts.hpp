// The parts of the toolchain that the runtime is made from, as folders and programs on disk.
#pragma once

#include <base/filesystem.hpp>

namespace pyw::runtime {

/// All absolute. The toolchain has checked them; here they are used as they are.
struct RuntimeParts {
  Path workerd;   ///< the program
  Path pyodide;   ///< the unpacked npm package `pyodide` of the project's Python version
  Path miniflare; ///< the unpacked npm package `miniflare`, whose worker scripts simulate some bindings
  Path cache;     ///< where byte code is kept, by content; shared by all projects
};

} // namespace pyw::runtime
