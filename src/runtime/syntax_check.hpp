// Whether Python files parse, asked of the very interpreter that will run them.
//
// It costs the start of Pyodide, 1.5 s and more: what was found to be right is remembered by content, so that
// only a change costs it.
#pragma once

#include <runtime/pack.hpp>
#include <runtime/precompile.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace pyw::runtime {

struct SyntaxFault {
  std::string path;       ///< as in the PackSource
  std::size_t line = 0;   ///< from 1; 0: unknown
  std::size_t column = 0; ///< from 1; 0: unknown
  std::string message;    ///< the interpreter's words
};

/// Every file that does not compile. Fails when workerd does.
[[nodiscard]] Result<std::vector<SyntaxFault>> check_syntax(const std::vector<PackSource>& sources,
                                                            const RuntimeParts& parts,
                                                            config::PythonVersion python,
                                                            World& world);

} // namespace pyw::runtime
