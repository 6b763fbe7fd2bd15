// Byte code for Python files, written by Pyodide itself (guest/compiler.js, run by `workerd test`) and kept
// by content.
//
// Measured (FastAPI, 385 files of packages; 567 of the standard library, two cores): 2.3 s to compile the
// packages and 2.5 s for the library, after 1.4 s to boot; without byte code every start takes 3.4 s longer.
// So it is compiled before the first start, not beside it.
#pragma once

#include <base/result.hpp>
#include <base/world.hpp>
#include <config/project.hpp>
#include <runtime/parts.hpp>

#include <string>
#include <vector>

namespace pyw::runtime {

/// What is made of the input: byte code, or, of a pack that is only checked, a pack with `faults.json`
/// (syntax_check.hpp).
enum class CompileInput { standard_library, pack, check };

struct CompileJob {
  CompileInput kind = CompileInput::pack;
  Path input;         ///< python_stdlib.zip or a pack of sources
  std::string prefix; ///< the folder that tracebacks shall show, ending in '/'
  Path output;        ///< the pack of byte code; replaced whole or left alone
};

struct CompileSetup {
  const RuntimeParts& parts;
  config::PythonVersion python = config::PythonVersion::python_3_14;
  Path guest;      ///< the folder with the guest's JavaScript
  Path guest_pack; ///< the guest's Python, as a pack of sources
  Path scratch;    ///< a folder for this run alone, below the cache; removed afterwards
};

/// Runs all jobs in one workerd. Fails when it does; no output is left then. A file that does not compile is
/// left out.
[[nodiscard]] Result<void>
compile_to_byte_code(const CompileSetup& setup, const std::vector<CompileJob>& jobs, World& world);

/// The configuration for it, and its main module: pure, for tests.
struct CompilePlan {
  std::string config;
  std::string main_module;
  std::string settings;
};

[[nodiscard]] CompilePlan plan_compilation(const CompileSetup& setup, const std::vector<CompileJob>& jobs);

} // namespace pyw::runtime
