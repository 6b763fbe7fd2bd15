// The names that TypeScript's own library declares, not the runtime's declarations: ECMAScript's built-ins.
// Their Python classes are written by hand (prelude/_prelude.pyi).
#include <typegen/lowering_positions.hpp>

#include <algorithm>
#include <array>

namespace pyw::typegen {

namespace {

constexpr std::array typed_arrays = {std::string_view("Int8Array"),
                                     std::string_view("Uint8Array"),
                                     std::string_view("Uint8ClampedArray"),
                                     std::string_view("Int16Array"),
                                     std::string_view("Uint16Array"),
                                     std::string_view("Int32Array"),
                                     std::string_view("Uint32Array"),
                                     std::string_view("Float16Array"),
                                     std::string_view("Float32Array"),
                                     std::string_view("Float64Array"),
                                     std::string_view("BigInt64Array"),
                                     std::string_view("BigUint64Array")};

bool is_typed_array(std::string_view name) {
  return std::find(typed_arrays.begin(), typed_arrays.end(), name) != typed_arrays.end();
}

} // namespace

std::string Lowering::lower_builtin(const Type* type, Position position, std::string_view hint, bool& known) {
  known = true;
  const auto name = type->text;
  const auto argument = [&](std::size_t index, Position where) {
    return index < type->parts.size() ? lower(type->parts[index], where, hint) : std::string("Any");
  };
  const auto same = position == Position::env_top ? Position::env_nested : position;

  if (name == "Promise" || name == "PromiseLike") {
    const auto value = argument(0, position);
    return position == Position::raw_out ? "Promise[" + value + "]" : "Awaitable[" + value + "]";
  }
  if (name == "Date") {
    return position == Position::raw_out || position == Position::raw_in ? "Date"
           : position == Position::env_in                                ? "datetime | Date"
                                                                         : "datetime";
  }
  if (name == "ArrayBuffer" || name == "SharedArrayBuffer" || name == "ArrayBufferView" ||
      name == "DataView" || name == "ArrayBufferLike" || name == "BufferSource" || is_typed_array(name)) {
    const bool is_any_buffer = !is_typed_array(name) && name != "DataView";
    switch (position) {
    case Position::raw_out:
      return name == "ArrayBufferLike" ? "ArrayBuffer" : std::string(name);
    case Position::raw_in:
      return is_any_buffer ? "JsBuffer" : std::string(name);
    case Position::env_in:
      return builtin("bytes") + " | " + builtin("memoryview") + " | JsBuffer";
    default:
      return builtin("memoryview");
    }
  }
  if (name == "Map" || name == "ReadonlyMap") {
    const auto pair = "[" + argument(0, same) + ", " + argument(1, same) + "]";
    return is_raw(position) || is_in(position) ? "JsMap" + pair : builtin("dict") + pair;
  }
  if (name == "Set" || name == "ReadonlySet") {
    const auto element = "[" + argument(0, same) + "]";
    return is_raw(position) || is_in(position) ? "Set" + element : builtin("set") + element;
  }
  if (name == "Iterable" || name == "IterableIterator" || name == "Iterator" || name == "Generator" ||
      name == "ArrayIterator" || name == "MapIterator" || name == "SetIterator") {
    const auto element = "[" + argument(0, position) + "]";
    if (position == Position::env_in) {
      return "ListLike" +
             element; // of what can be iterated over, the wrapper refuses tuples and empties generators
    }
    if (position == Position::raw_in) {
      return "Iterable" + element;
    }
    if (position != Position::raw_out) {
      return "Iterable" + element; // the wrapper can be iterated over, but has no __next__
    }
    return (name == "Iterable" ? "JsIterable" : "JsIterator") + element;
  }
  if (name == "AsyncIterable" || name == "AsyncIterableIterator" || name == "AsyncIterator" ||
      name == "AsyncGenerator") {
    const auto element = "[" + argument(0, position) + "]";
    if (is_in(position)) {
      return "AsyncIterable" + element;
    }
    return (name == "AsyncIterable" ? "JsAsyncIterable" : "JsAsyncIterator") + element;
  }
  if (name == "IteratorResult" || name == "IteratorYieldResult" || name == "IteratorReturnResult") {
    const auto value = argument(0, same);
    return position == Position::raw_out ? "IteratorResult[" + value + "]"
           : is_in(position)             ? "Any"
                                         : "IteratorResultDict[" + value + "]";
  }
  static const std::set<std::string_view> errors{"Error",
                                                 "TypeError",
                                                 "RangeError",
                                                 "SyntaxError",
                                                 "EvalError",
                                                 "ReferenceError",
                                                 "URIError",
                                                 "AggregateError"};
  if (errors.contains(name)) {
    return position == Position::raw_out || position == Position::raw_in ? std::string(name)
           : position == Position::env_in                                ? "Exception | JsException"
                                                                         : "Exception";
  }
  if (name == "Function" || name == "CallableFunction") {
    return "Callable[..., Any]";
  }
  if (name == "RegExp") {
    return "RegExp";
  }
  if (name == "Object") {
    return is_in(position) ? "Any" : "JsProxy";
  }
  if (name == "String" || name == "Lowercase" || name == "Uppercase" || name == "Capitalize") {
    return builtin("str");
  }
  if (name == "Number") {
    return builtin(is_in(position) ? "float" : "int");
  }
  if (name == "Boolean") {
    return builtin("bool");
  }
  if (name == "BigInt") {
    return builtin("int");
  }
  static const std::set<std::string_view> opaque{"WeakMap",
                                                 "WeakSet",
                                                 "WeakRef",
                                                 "Symbol",
                                                 "PropertyKey",
                                                 "ThisType",
                                                 "Disposable",
                                                 "AsyncDisposable",
                                                 "globalThis",
                                                 "ClassDecorator"};
  if (opaque.contains(name)) {
    return "Any";
  }
  known = false;
  return {};
}

} // namespace pyw::typegen
