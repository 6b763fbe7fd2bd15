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

/// One run of a handler, told by guest/tail.js when it has ended.
struct HandlerRun {
  std::string kind;    ///< fetch, scheduled, queue, alarm, email, rpc, workflow, webSocket, other
  std::string what;    ///< the cron expression, the queue, the method, …
  std::string outcome; ///< workerd's word: "ok", "exception", "canceled", …
  std::string ray;     ///< of a request; else empty
  double wall_ms = 0;
  double cpu_ms = 0;
  std::string logs; ///< JSON: an array of {level, text, time in ms since the epoch}
};

struct OutputLine {
  enum class Kind {
    nothing,    ///< not for people
    log,        ///< something the Worker printed or logged, or workerd had to say
    exception,  ///< left a handler of the Worker; `text` is its traceback, `error` points at the user's line
    failure,    ///< why the Worker cannot run; the process is about to end
    fatal,      ///< the interpreter has ended while serving: the process must be replaced
    started,    ///< Python is up; `classes` are the entrypoints it found
    invocation, ///< a handler of the Worker has run; `invocation` says which
    trace,      ///< the same, whole, while somebody listens
  };
  Kind kind = Kind::nothing;
  Severity severity = Severity::note;
  std::string text = {};
  std::optional<Error> error = {};
  std::vector<EntrypointClass> classes = {};
  std::vector<std::string> handlers = {}; ///< module-level handlers, without `on_`
  std::string details = {}; ///< of an exception or failure: JSON, as guest/python/_pyw_report.py describes it
  std::string ray = {};     ///< of an exception: the CF-Ray of the request in which it happened, or empty
  std::optional<HandlerRun> invocation = {};
  std::string trace = {}; ///< JSON, as guest/tail.js describes it
};

/// Reads one line of workerd's standard output or error, whatever it holds. Paths in the errors are the
/// user's, relative to the project's root.
[[nodiscard]] OutputLine read_output_line(std::string_view line);

} // namespace pyw::runtime
