// A Worker's Python source, read by lines and brackets: the classes at the top level of a module, without a
// parser. Any text is accepted.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pyw::typegen {

struct ClassSource {
  std::string_view name;
  std::vector<std::string> bases;           ///< as written
  std::vector<std::string> parameters = {}; ///< of `class Name[T]`, as written
  /// From the first line of each statement of its body to the end of the source.
  std::vector<std::string_view> statements = {};
};

/// `Name = function(…)` at the top level of a module.
struct CallSource {
  std::string name;
  std::string function;               ///< as written: "typing.TypedDict"
  std::vector<std::string> arguments; ///< as written
};

[[nodiscard]] std::vector<ClassSource> python_class_sources(std::string_view source);
[[nodiscard]] std::vector<CallSource> python_call_sources(std::string_view source);

/// The parts between the commas that stand outside of brackets, strings and comments.
[[nodiscard]] std::vector<std::string> split_arguments(std::string_view text);

/// The position after the bracket that closes the one at `open`; npos when none does.
[[nodiscard]] std::size_t after_closing(std::string_view text, std::size_t open);

/// The first line of the text, and those after it as long as a bracket is open; without a comment.
[[nodiscard]] std::string first_statement(std::string_view text);

} // namespace pyw::typegen
