// What people write as types in a Worker's own Python, as a stub can say it without an import of their
// modules.
#pragma once

#include <typegen/records.hpp>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace pyw::typegen {

/// An annotation of built-in types, `typing`, `datetime`, type parameters and records, which get the stub's
/// names; else "Any".
[[nodiscard]] std::string annotated_type(std::string_view annotation,
                                         const RecordBook& records,
                                         const std::vector<std::string>& parameters = {});

/// `"Order"`: what stands between the quotes, where that is all.
[[nodiscard]] std::string_view without_quotes(std::string_view annotation);

/// The text with other words in the place of some; strings stay.
[[nodiscard]] std::string with_names(std::string_view python,
                                     const std::map<std::string_view, std::string>& names);

/// Adds the TypedDicts of a Worker's files: classes, derived from others and generic ones too, and
/// `Order = TypedDict("Order", {…})`.
void add_python_records(const std::vector<std::string_view>& sources, RecordBook& records);

} // namespace pyw::typegen
