// The types that people write in a Worker's own JavaScript and TypeScript, as the Python types of what
// crosses a call through a stub.
#pragma once

#include <typegen/records.hpp>

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace pyw::typegen {

enum class Way { in, out };

/// What stands for the names of a Worker's own types: `type Id = string | number` by its text, an interface
/// that holds data by its braces, with `Base & ` before them for what it extends; `<T>` first for a generic
/// one.
using DeclaredTypes = std::map<std::string, std::string, std::less<>>;

/// Adds the interfaces and aliases at the top level of a file.
void add_declared_types(std::string_view source, DeclaredTypes& types);

/// What is not understood is Any. What crosses the call is converted (facts/types.md 2): an array is a list,
/// null is None, an object a dict with attributes. A number that comes may be an int or a float. What goes in
/// and has keys becomes one of `records`, where there are such; `hint` names it when the code does not.
[[nodiscard]] std::string python_type(std::string_view text,
                                      Way way,
                                      const DeclaredTypes& types,
                                      RecordBook* records = nullptr,
                                      std::string_view hint = {});

/// The parts between the separators that stand outside of brackets.
[[nodiscard]] std::vector<std::string_view> split_outside(std::string_view text, char separator);

} // namespace pyw::typegen
