#include <runtime/worker_output.hpp>
#include <support/catch.hpp>

#include <nlohmann/json.hpp>

using namespace pyw;
using namespace pyw::runtime;
using Kind = OutputLine::Kind;

namespace {

std::string line(const char* level, const std::string& message, bool from_workerd = false) {
  nlohmann::json object{{"timestamp", 1}, {"level", level}, {"message", message}};
  if (from_workerd) {
    object["source"] = "server.c++:1";
  }
  return object.dump();
}

std::string event(const nlohmann::json& content) {
  return line("error", "pyw-event:" + content.dump());
}

} // namespace

TEST_CASE("what the Worker prints is a log line with its level") {
  const auto read = read_output_line(line("warn", "careful"));
  CHECK(read.kind == Kind::log);
  CHECK(read.severity == Severity::warning);
  CHECK(read.text == "careful");
  CHECK(read_output_line(line("log", "")).kind == Kind::log);
}

TEST_CASE("text that is no JSON is shown as it is") {
  CHECK(read_output_line("Socket \"http\": bind(): in use").text == "Socket \"http\": bind(): in use");
  CHECK(read_output_line("{half").kind == Kind::log);
  CHECK(read_output_line("   ").kind == Kind::nothing);
}

TEST_CASE("an exception that the guest reports is not told twice") {
  CHECK(read_output_line(line("error", "Uncaught exception: x.h:1: failed: remote.jsg.Error: boom", true))
            .kind == Kind::nothing);
  CHECK(read_output_line(line("error", "Uncaught exception: is what my Worker printed")).kind == Kind::log);
  CHECK(read_output_line("service w: The compatibility flag a became the default as of 2022-03-21 so does "
                         "not need to be specified anymore.")
            .kind == Kind::nothing);
}

TEST_CASE("a failed start points at the user's line and says what to do") {
  const auto read = read_output_line(
      event({{"event", "start-failed"},
             {"type", "ModuleNotFoundError"},
             {"message", "No module named 'src'"},
             {"path", "src/entry.py"},
             {"line", 3},
             {"column", 1},
             {"source", "import src.a"},
             {"traceback", "Traceback (most recent call last):\n  File \"src/entry.py\", line 3\nX"}}));
  CHECK(read.kind == Kind::failure);
  REQUIRE(read.error);
  CHECK(render(*read.error) ==
        "src/entry.py:3:1: error: ModuleNotFoundError: No module named 'src'\n"
        "  import src.a\n"
        "  ^\n"
        "\n"
        "hint: the folder of the entry file is the root of the Worker's modules: import without `src.`\n");
}

TEST_CASE("a traceback of several frames is shown whole") {
  const auto read =
      read_output_line(event({{"event", "exception"},
                              {"type", "ValueError"},
                              {"message", "boom"},
                              {"path", "a.py"},
                              {"line", 1},
                              {"traceback", "T:\n  File \"b.py\"\n  File \"a.py\"\nValueError: boom"}}));
  CHECK(read.kind == Kind::exception);
  REQUIRE(read.error);
  REQUIRE(read.error->diagnostics.size() == 2);
  CHECK(read.error->diagnostics[1].message == "T:\n  File \"b.py\"\n  File \"a.py\"\nValueError: boom");
}

TEST_CASE("a class that is missing is named, with the nearest there is") {
  const auto read = read_output_line(event({{"event", "start-failed"},
                                            {"type", "MissingClass"},
                                            {"message", "no class `Countr`"},
                                            {"suggestion", "Counter"},
                                            {"path", "wrangler.toml"},
                                            {"line", 8},
                                            {"column", 2},
                                            {"source", "class_name"}}));
  REQUIRE(read.error);
  CHECK(read.error->message() == "no class `Countr`");
  CHECK(read.error->diagnostics[0].hints == std::vector<std::string>{"did you mean `Counter`?"});
}

TEST_CASE("the interpreter's end is a failure at the start and fatal later") {
  CHECK(read_output_line(event({{"event", "boot-failed"}, {"message", "x"}})).kind == Kind::failure);
  CHECK(read_output_line(event({{"event", "fatal"}, {"during", "start"}, {"message", "x"}})).kind ==
        Kind::failure);
  CHECK(read_output_line(event({{"event", "fatal"}, {"where", "Default.fetch"}, {"message", "x"}})).kind ==
        Kind::fatal);
}

TEST_CASE("what was found at the start is handed on") {
  const auto read = read_output_line(event({{"event", "started"},
                                            {"classes", {{{"name", "Default"}, {"kind", "worker"}}}},
                                            {"handlers", {"fetch"}}}));
  CHECK(read.kind == Kind::started);
  CHECK(read.classes == std::vector<EntrypointClass>{{"Default", "worker"}});
  CHECK(read.handlers == std::vector<std::string>{"fetch"});
}

TEST_CASE("events of other shapes do no harm") {
  const auto content = GENERATE(as<std::string>{},
                                "[]",
                                "null",
                                "{",
                                "{}",
                                R"({"event":1})",
                                R"({"event":"start-failed"})",
                                R"({"event":"start-failed","type":1,"line":-1,"column":"x","path":null})",
                                R"({"event":"started","classes":1,"handlers":[1,null]})");
  const auto read = read_output_line(line("error", "pyw-event:" + content));
  CHECK(read.kind != Kind::log);
}

TEST_CASE("an exception carries what the error page shows, under the request's name") {
  const auto read = read_output_line(event({{"event", "exception"},
                                            {"where", "Default.fetch"},
                                            {"ray", "00ab"},
                                            {"type", "ValueError"},
                                            {"message", "no"},
                                            {"traceback", "ValueError: no"},
                                            {"frames", {{{"path", "src/entry.py"}, {"line", 3}}}}}));
  CHECK(read.kind == Kind::exception);
  CHECK(read.ray == "00ab");
  CHECK(nlohmann::json::parse(read.details).at("frames").at(0).at("line") == 3);
}

TEST_CASE("the run of a handler is told with what it logged") {
  const auto read = read_output_line(
      line("debug",
           R"(pyw-event:{"event":"invocation","kind":"scheduled","what":"* * * * *","ray":"","outcome":"ok",)"
           R"("wall":12.5,"cpu":3,"logs":[{"level":"log","text":"hi","time":1}]})"));
  CHECK(read.kind == Kind::invocation);
  REQUIRE(read.invocation);
  CHECK(read.invocation->kind == "scheduled");
  CHECK(read.invocation->what == "* * * * *");
  CHECK(read.trace.empty());
  CHECK(read.invocation->wall_ms == 12.5);
  CHECK(nlohmann::json::parse(read.invocation->logs).at(0).at("text") == "hi");
  // Nothing that comes through the pipe may stop the session.
  CHECK(
      read_output_line(line("debug", R"(pyw-event:{"event":"invocation","logs":7,"wall":"x"})")).invocation);
}

TEST_CASE("the whole of a run is handed on as it came") {
  const auto read = read_output_line(line("debug", R"(pyw-trace:{"outcome":"ok","logs":[]})"));
  CHECK(read.kind == Kind::trace);
  CHECK(read.trace == R"({"outcome":"ok","logs":[]})");
  CHECK(read.text.empty());
}
