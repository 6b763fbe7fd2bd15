#include <base/memory_reporter.hpp>
#include <devserver/narrator.hpp>
#include <support/catch.hpp>

using namespace pyw;
using namespace pyw::devserver;
using std::chrono::microseconds;
using std::chrono::milliseconds;

namespace {

RequestRecord
answered(const char* method, const char* target, int status, microseconds took, bool websocket) {
  RequestRecord record;
  record.method = method;
  record.target = target;
  record.status = status;
  record.duration = took;
  record.websocket = websocket;
  return record;
}

} // namespace

TEST_CASE("people read calm lines on stderr") {
  MemoryReporter reporter;
  const auto narrator = make_narrator(reporter, NarratorFormat::text, "/project");
  narrator->ready("http://127.0.0.1:8787", milliseconds(940));
  narrator->request(answered("GET", "/items?q=1", 200, microseconds(4230), false));
  narrator->request(answered("POST", "/items", 422, microseconds(15800), false));
  narrator->request(answered("GET", "/ws", 101, microseconds(2'000'000), true));
  narrator->log(Severity::note, "printed");
  narrator->reloaded(
      {"/project/src/entry.py", "/project/src/a.py", "/elsewhere/b.py"}, milliseconds(210), Start::anew);
  narrator->reloaded({}, milliseconds(7), Start::anew);
  narrator->failed(user_error("broken"), true);
  CHECK(reporter.standard_output.empty());
  CHECK(reporter.standard_error == "Ready on http://127.0.0.1:8787 (940 ms)\n"
                                   "GET /items?q=1 200 4.2 ms\n"
                                   "POST /items 422 15 ms\n"
                                   "GET /ws WebSocket 2000 ms\n"
                                   "printed\n"
                                   "Reloaded src/entry.py and 2 more (210 ms)\n"
                                   "Reloaded the Worker (7 ms)\n"
                                   "error: broken\n"
                                   "The old code keeps serving; save a file to try again\n");
}

TEST_CASE("tools read one event a line on stdout, whatever bytes a Worker prints") {
  MemoryReporter reporter;
  const auto narrator = make_narrator(reporter, NarratorFormat::json, "/project");
  narrator->ready("http://127.0.0.1:1", milliseconds(9));
  narrator->log(Severity::error, "bad \xff byte");
  narrator->reloaded({"/project/src/entry.py"}, milliseconds(3), Start::from_standby);
  Diagnostic diagnostic;
  diagnostic.message = "no";
  diagnostic.location = {"src/entry.py", 3, 5};
  narrator->failed({ErrorKind::user, {diagnostic}}, false);
  CHECK(reporter.standard_error.empty());
  CHECK(reporter.standard_output ==
        "{\"event\":\"ready\",\"ms\":9,\"url\":\"http://127.0.0.1:1\"}\n"
        "{\"event\":\"log\",\"level\":\"error\",\"text\":\"bad \xEF\xBF\xBD byte\"}\n"
        "{\"changed\":[\"src/entry.py\"],\"event\":\"reloaded\",\"ms\":3,\"standby\":true}\n"
        "{\"column\":5,\"event\":\"error\",\"file\":\"src/"
        "entry.py\",\"line\":3,\"message\":\"no\",\"serving\":false}\n");
}
