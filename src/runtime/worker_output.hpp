// What a running workerd says: lines of JSON (structuredLogging) with what the Worker printed, the guest's
// own events (guest/report.js), and what workerd itself logs.
#pragma once

#include <base/error.hpp>
#include <base/filesystem.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pyw::runtime {

/// A class of the Worker that workerd can be asked for.
struct EntrypointClass {
  std::string name;
  std::string kind; ///< worker, durableObject or workflow
  bool operator==(const EntrypointClass&) const = default;
};

struct OutputLine {
  enum class Kind {
    nothing,   ///< not for people
    log,       ///< something the Worker printed or logged, or workerd had to say
    exception, ///< left a handler of the Worker; `text` is its traceback, `error` points at the user's line
    failure,   ///< why the Worker cannot run; the process is about to end
    fatal,     ///< the interpreter has ended while serving: the process must be replaced
    started,   ///< Python is up; `classes` are the entrypoints it found
  };
  Kind kind = Kind::nothing;
  Severity severity = Severity::note;
  std::string text = {};
  std::optional<Error> error = {};
  std::vector<EntrypointClass> classes = {};
  std::vector<std::string> handlers = {}; ///< module-level handlers, without `on_`
};

/// Reads one line of workerd's standard output or error, whatever it holds. Paths in the errors are the
/// user's, relative to the project's root.
[[nodiscard]] OutputLine read_output_line(std::string_view line);

} // namespace pyw::runtime
