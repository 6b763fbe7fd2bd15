#include "sample_project.hpp"
#include "sample_snapshot.hpp"

#include <snapshot/build.hpp>

using namespace pyw;
using namespace pyw::snapshot;
using test::SampleProject;

namespace {

struct Maker : SampleProject {
  std::vector<LayerPlan> plans = plan();

  /// What a maker that leaves these two files leads to.
  Result<BuildRecord> run(const std::string& outcome,
                          const std::optional<std::string>& bytes = std::nullopt) {
    processes.answer = [this, outcome, bytes](const Command&) {
      write("/p/.pyw/scratch/output/dedicated.pywsnap.json", outcome);
      if (bytes) {
        write("/p/.pyw/scratch/output/dedicated.pywsnap", *bytes);
      }
      return ProcessOutput{};
    };
    return build(plans[2], {project, parts, staged.guest, "/p/.pyw/scratch", Priority::background}, world);
  }
};

} // namespace

TEST_CASE("what the maker leaves is sealed with the key and put in place; the scratch folder is gone") {
  Maker maker;
  const auto record = maker.run(R"json({"took": 12, "skipped": {}, "imports": [["a", 1], ["", 3]]})json",
                                test::sample_snapshot(test::sample_description()));
  REQUIRE(record);
  CHECK(record->made);
  CHECK(record->took_ms == 12);
  CHECK(record->imports.size() == 2);
  REQUIRE(load(maker.plans[2], maker.files));
  CHECK(load(maker.plans[2], maker.files)->has_value());
  CHECK_FALSE(maker.files.exists("/p/.pyw/scratch"));
  CHECK(maker.processes.commands.at(0).argv.at(0) == "nice");
}

TEST_CASE("what the maker leaves is not trusted") {
  Maker maker;
  auto description = test::sample_description();
  description["heap"] = 5;
  CHECK_FALSE(maker.run(R"json({"took": 1})json", test::sample_snapshot(description)));
  CHECK_FALSE(maker.run(R"json({"took": 1})json", "PYWSNAP5"));
  CHECK_FALSE(maker.run("no JSON"));
  CHECK_FALSE(maker.files.exists(maker.plans[2].file));
}

TEST_CASE("a refusal is kept with object, place, line and hint, and is not tried again") {
  Maker maker;
  const auto record =
      maker.run(R"json({"took": 430.5, "refused": [{"kind": "file", "what": "the open file /tmp/x",
    "object": "entry.f", "path": "src/entry.py", "line": 8, "column": 1, "source": "f = open()", "fd": 3}]})json");
  REQUIRE(record);
  CHECK_FALSE(record->made);
  const auto kept = read_record(maker.project, Layer::dedicated, maker.files);
  REQUIRE(kept);
  CHECK(was_refused(kept, maker.plans[2]));
  CHECK_FALSE(was_refused(kept, maker.plans[1]));
  const auto told = explain_refusal(*kept);
  REQUIRE(told.size() == 1);
  CHECK(render(told[0]) ==
        "src/entry.py:8:1: warning: a memory snapshot cannot hold the open file /tmp/x, held by `entry.f`\n"
        "  f = open()\n"
        "  ^\n"
        "\n"
        "hint: make it when a handler first needs it\n"
        "hint: until then the top level runs at every start, which takes about 430 ms longer\n");
}

TEST_CASE("code that does not end is told with its place and limit, and is tried again") {
  Maker maker;
  const auto record = maker.run(
      R"json({"took": 60001, "late": true, "failed": {"type": "KeyboardInterrupt", "message": "",
    "path": "src/entry.py", "line": 4, "column": 5, "source": "    pass"}})json");
  REQUIRE(record);
  CHECK_FALSE(record->made);
  CHECK(record->timed_out);
  CHECK(record->reasons.at(0).message == "it had not ended after 60 s");
  CHECK(record->reasons.at(0).location == Location{"src/entry.py", 4, 5});
  CHECK_FALSE(read_record(maker.project, Layer::dedicated, maker.files));
  // One that the code raised by itself is an exception like others.
  const auto caught =
      maker.run(R"json({"took": 60001, "late": false, "failed": {"type": "KeyboardInterrupt"}})json");
  REQUIRE(caught);
  CHECK_FALSE(caught->timed_out);
}

TEST_CASE("a maker that does not end is given up, with the entry as the place") {
  Maker maker;
  maker.project.main = {"src/entry.py", {}};
  maker.processes.answer = [](const Command& command) {
    CHECK(command.time_limit > default_time_limit);
    ProcessOutput output;
    output.exit = {Exit::Kind::signalled, 9};
    output.timed_out = true;
    return output;
  };
  const auto record = build(maker.plans[2],
                            {maker.project,
                             maker.parts,
                             maker.staged.guest,
                             "/p/.pyw/scratch",
                             Priority::normal,
                             default_time_limit},
                            maker.world);
  REQUIRE(record);
  CHECK(record->timed_out);
  CHECK(record->reasons.at(0).message == "it had not ended after 60 s");
  CHECK(record->reasons.at(0).location.path == "src/entry.py");
  CHECK_FALSE(maker.files.exists("/p/.pyw/scratch"));
}

TEST_CASE("an exception of the top level is told as such") {
  Maker maker;
  const auto record =
      maker.run(R"json({"took": 4, "failed": {"type": "JsException", "message": "env.KEY was read",
    "path": "src/entry.py", "line": 3, "column": 5, "source": "x = env.KEY"}})json");
  REQUIRE(record);
  CHECK(record->reasons.at(0).message == "JsException: env.KEY was read");
  CHECK(record->reasons.at(0).location == Location{"src/entry.py", 3, 5});
}

TEST_CASE("the maker has the Worker's date and flags and none of its bindings") {
  Maker maker;
  maker.project.vars.push_back({"STAGE", config::Value(std::string("v")), {}});
  const auto config = plan_maker({maker.project, maker.parts, "/guest", "/scratch"}).config;
  CHECK(config.find("compatibilityDate = \"2026-10-01\"") != std::string::npos);
  CHECK(config.find("STAGE") == std::string::npos);
  CHECK(config.find("disk = (path = \"/scratch/output\", writable = true)") != std::string::npos);
}
