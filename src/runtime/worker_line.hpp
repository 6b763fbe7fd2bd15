// What a running workerd says, for who keeps it running: each line in the few kinds that matter there.
#pragma once

#include <base/error.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace pyw::runtime {

/// One run of a handler of the Worker, as a tail Worker sees it (guest/tail.js).
struct Invocation {
  std::string kind;    ///< fetch, scheduled, queue, alarm, email, rpc, webSocket
  std::string what;    ///< the cron expression, the queue, the method, …
  std::string outcome; ///< "ok", "exception", "canceled", "exceededCpu", …
  std::string ray;     ///< of the request that it answers; may be empty
  double wall_ms = 0;
  double cpu_ms = 0;
  std::string logs_json; ///< an array of {level, text, time}, as it came
};

/// One line that workerd or the guest wrote.
struct WorkerLine {
  enum class Kind {
    nothing,    ///< not for people
    log,        ///< something the Worker printed or logged
    failure,    ///< why the Worker cannot run; the process is about to end
    fatal,      ///< the interpreter has ended while serving: the process is replaced
    invocation, ///< a handler has run
  };
  Kind kind = Kind::nothing;
  Severity severity = Severity::note;
  std::string text = {};
  std::optional<Error> error = {};
  /// Of an exception, as JSON for the error page, and the request it belongs to (its CF-Ray; may be empty).
  std::string details = {};
  std::string ray = {};
  std::optional<Invocation> invocation = {};
  std::string trace = {}; ///< of a run, while somebody listens: JSON (guest/tail.js)
};

/// Reads one line of workerd's standard output or error, whatever it holds (runtime/worker_output.hpp).
[[nodiscard]] WorkerLine read_worker_line(std::string_view text);

} // namespace pyw::runtime
