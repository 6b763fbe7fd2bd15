// What a Python module imports when it is loaded, found in its text.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace pyw::bundle {

/// One import that runs at the top level and is not expected to fail: imports inside functions, and inside
/// `try`, may never run or be meant to fail.
struct TopLevelImport {
  std::string package;    ///< the first part of the dotted name; relative imports are left out
  std::size_t line = 0;   ///< from 1
  std::size_t column = 0; ///< from 1, bytes
  std::string line_text;  ///< the whole line
};

[[nodiscard]] std::vector<TopLevelImport> top_level_imports(std::string_view python_source);

/// Whether Python 3.12 to 3.14 bring a module of that name (sys.stdlib_module_names of all three).
[[nodiscard]] bool is_standard_library(std::string_view module);

} // namespace pyw::bundle
