// The classes that a Worker's Python code defines, read without running it: what a stub of a durable object,
// service or workflow answers to.
#pragma once

#include <typegen/records.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace pyw::typegen {

struct PythonMethod {
  std::string name;
  /// As written after `self`, with what cannot be named in a stub replaced by Any: "by: int = ..., /". Calls
  /// go by position: keywords would arrive as one object, so what only a keyword can give is left out.
  std::string parameters;
  /// "Any" when it has none, or none that a stub can name; what comes out of a call, so that `bytes` are a
  /// `memoryview`.
  std::string result;
  /// The same for a call that gives the last argument as keywords, which arrive as one object: "by: int, /,
  /// **options: Unpack[_OptionsDict]". Empty where there is no such call.
  std::string keywords = {};
};

struct PythonClass {
  std::string name;
  std::vector<std::string> bases = {}; ///< as written
  std::vector<PythonMethod> methods = {};
  std::string payload = {}; ///< of a workflow: the type of what it is started with, where its `run` says so
  std::string worker = {};  ///< the other Worker of this machine that it is of; empty: this project's
};

/// Whether a method is called by the platform or is private by convention (`_name`): nothing to call through
/// a stub.
[[nodiscard]] bool is_handler(std::string_view name);

/// Whether a base class is the platform's or Python's own, which has no methods to call through a stub.
[[nodiscard]] bool is_known_base(std::string_view base);

/// A class and those that it is derived from, nearest first.
struct Ancestry {
  std::vector<const PythonClass*> classes;
  bool is_whole = true; ///< false when a base is not at hand: there may be methods that nobody here knows of
};

[[nodiscard]] Ancestry ancestry_of(const PythonClass& found, const std::vector<PythonClass>& classes);

/// The classes at the top level of a module. Public methods only; what is called by the platform (fetch,
/// alarm, queue, …) is left out. Arguments may be of the types in `records`. Text that is not Python gives no
/// classes.
[[nodiscard]] std::vector<PythonClass> find_python_classes(std::string_view source,
                                                           const RecordBook& records = RecordBook());

} // namespace pyw::typegen
