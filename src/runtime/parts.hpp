// The parts of the toolchain that the runtime is made from, as folders and programs on disk.
#pragma once

#include <base/filesystem.hpp>

#include <string>

namespace pyw::runtime {

/// All absolute. The toolchain has checked them; here they are used as they are.
struct RuntimeParts {
  Path workerd; ///< the program
  Path pyodide; ///< pyodide.mjs, pyodide.asm.mjs, pyodide.asm.wasm and python_stdlib.zip for the project's
                ///< Python
  std::string pyodide_version; ///< of them, like "314.0.7": byte code is kept under it
  Path miniflare; ///< miniflare's worker scripts, which simulate some bindings: shared/index.worker.js …
  Path cache;     ///< where byte code is kept, by content; shared by all projects
  std::string workerd_version = {}; ///< a memory snapshot is bound to it
};

} // namespace pyw::runtime
