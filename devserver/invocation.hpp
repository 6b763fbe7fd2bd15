// One run of a handler of the Worker, as a tail Worker sees it (src/runtime/guest/tail.js).
#pragma once

#include <string>

namespace pyw::devserver {

struct Invocation {
  std::string kind;    ///< fetch, scheduled, queue, alarm, email, rpc, webSocket
  std::string what;    ///< the cron expression, the queue, the method, …
  std::string outcome; ///< "ok", "exception", "canceled", "exceededCpu", …
  std::string ray;     ///< of the request that it answers; may be empty
  double wall_ms = 0;
  double cpu_ms = 0;
  std::string logs_json; ///< an array of {level, text, time}, as it came
};

} // namespace pyw::devserver
