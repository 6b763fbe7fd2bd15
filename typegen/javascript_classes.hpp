// The classes that a JavaScript or TypeScript Worker exports, read without running it: what a stub of its
// durable objects and entrypoints answers to.
#pragma once

#include <typegen/javascript_types.hpp>
#include <typegen/python_classes.hpp>

#include <string_view>
#include <vector>

namespace pyw::typegen {

/// The exported classes at the top level of a module, `export default class` by the name "default": their
/// public methods with as many parameters as declared. Types are those of annotations (TypeScript) or of
/// `@param {T}` and `@returns {T}`, where Python has a name for them, else Any. What a class inherits from
/// one of the same file counts as its own. Objects that go in are kept in `records`, with their keys. Any
/// text is accepted; what is no JavaScript gives no classes.
[[nodiscard]] std::vector<PythonClass> find_javascript_classes(std::string_view source,
                                                               const DeclaredTypes& types = {},
                                                               RecordBook* records = nullptr);

} // namespace pyw::typegen
