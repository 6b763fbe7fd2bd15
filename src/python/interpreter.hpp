// uv's question about the interpreter, answered without a Python. uv runs whatever `--python` names as
// `EXE -I -B -c "… python.get_interpreter_info …"` and reads one JSON object; pyw, called under the name
// `python3.14`, gives that object for the Pyodide that the Worker will run on, so that uv resolves for and
// installs WebAssembly wheels. The object's form is uv's own and unversioned (measured with uv 0.13.8).
#pragma once

#include <base/world.hpp>

#include <span>
#include <string>
#include <string_view>

namespace pyw::python {

/// A Python that Workers run on, as far as package resolution is concerned.
struct TargetPython {
  std::string_view version;       ///< "3.14"
  std::string_view full_version;  ///< "3.14.2", from Pyodide's release notes
  std::string_view platform_name; ///< of the wheel tag: "pyemscripten" (PEP 783) or "pyodide"
  int platform_year;              ///< of the wheel tag, 2026 in `pyemscripten_2026_0_wasm32`
};

/// All of them, newest first.
[[nodiscard]] std::span<const TargetPython> target_pythons();

/// Fails for a version that cannot be synced for, and says which can.
[[nodiscard]] Result<TargetPython> target_python(std::string_view version);

/// The answer for an interpreter whose prefix is `prefix`: one JSON object with a newline.
[[nodiscard]] std::string interpreter_answer(const TargetPython& target, const Path& prefix);

/// Makes sure that `<cache>/interpreters/<version>/bin/python<version>` is this program and returns that
/// path: a symbolic link, or a copy where links cannot be made.
[[nodiscard]] Result<Path> ensure_interpreter(World& world, const TargetPython& target);

/// Whether the program was started as an interpreter: the name is `python`, `python3` or `python3.N`.
[[nodiscard]] bool called_as_interpreter(std::string_view argv0);

/// What the program does when it was: answers the question, or (uv building a local package) hands over to a
/// Python of this machine. Returns the exit code.
int run_as_interpreter(int argc, char** argv);

} // namespace pyw::python
