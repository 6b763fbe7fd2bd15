#include <base/memory_filesystem.hpp>
#include <runtime/handover.hpp>
#include <support/catch.hpp>

#include <nlohmann/json.hpp>

using namespace pyw;
using namespace pyw::runtime;

namespace {

struct HandoverSample {
  config::Project project;
  bundle::BundleManifest bundle;
  RuntimeParts parts{"/w/workerd", "/py", "314.0.7", "/mf", "/cache"};
  GuestFiles files{"/guest", {"/cache/library.pack"}, false, {"/run/packages.pack"}, "/run/app.pack"};
  Path run = "/run";
  Path state = "/state";
  Path registry = "/registry";
  std::vector<std::string> exports{"Default"};
  std::vector<std::string> handlers;
  Environment environment;
  std::map<std::string, std::string> assets;
  std::string source = "class Default: ...";
  std::optional<Path> snapshot = "/snapshots/dedicated.pywsnap";

  HandoverSample() {
    project.root = "/p";
    project.config_file = "/p/wrangler.json";
    project.name.value = "shop";
    project.main = config::Located<std::string>{"entry.py", {}};
    project.compatibility_date.value = "2026-10-01";
    project.python_version = config::PythonVersion::python_3_14;
    bundle.entry = {"entry.py", bundle::ModuleKind::python, bundle::Origin::own, "/p/entry.py", 1};
    bundle.module_root = "/p";
    bundle.project_root = "/p";
  }

  [[nodiscard]] std::optional<Handover> handover() const {
    PlanInput input{
        project, bundle, parts, files, run, state, registry, exports, handlers, environment, assets};
    input.served.control = "a-name";
    const auto plan = plan_config(input);
    REQUIRE(plan);
    MemoryFileSystem disk;
    StagedWorker staged;
    staged.own_pack = "/run/app.pack";
    staged.packages.digest = "of-the-packages";
    REQUIRE(disk.write(staged.own_pack, source));
    const auto settings = snapshot ? with_snapshot(plan->settings, *snapshot) : plan->settings;
    const auto made = plan_handover(input, *plan, settings, staged, disk);
    REQUIRE(made);
    return *made;
  }

  void add_javascript(std::string path) {
    bundle.modules.push_back(
        {std::move(path), bundle::ModuleKind::es_module, bundle::Origin::vendored, "/p/module.js", 1});
  }
};

} // namespace

TEST_CASE("a Worker with nothing but plain values can be placed in a process that waits") {
  HandoverSample worker;
  worker.project.vars.push_back({"NAME", config::Value(std::string("shop")), {}});
  worker.project.vars.push_back({"MOST", config::Value(std::int64_t{3}), {}});
  worker.project.vars.push_back({"KEY", config::Value(std::string("not this one")), {}});
  worker.project.secrets.push_back({"KEY", Secret("s3cret"), {}});
  worker.project.version_metadata = config::NamedBinding{"VERSION"};
  worker.add_javascript("python_modules/workers/workflows.js"); // the SDK's own
  worker.bundle.modules.push_back({"python_modules/workers/py.typed",
                                   bundle::ModuleKind::data,
                                   bundle::Origin::vendored,
                                   "/p/py.typed",
                                   1});
  const auto handover = worker.handover();
  REQUIRE(handover);
  const auto told = nlohmann::json::parse(handover->text.reveal());
  CHECK(told["env"]["NAME"] == "shop");
  CHECK(told["env"]["MOST"] == 3);
  CHECK(told["env"]["KEY"] == "s3cret");
  CHECK(told["env"]["VERSION"].is_object());
  CHECK(told["packages"] == "of-the-packages");
  CHECK(told["settings"]["snapshot"] == "/snapshots/dedicated.pywsnap");
}

TEST_CASE("what a process that waits cannot have") {
  HandoverSample worker;
  REQUIRE(worker.handover());
  SECTION("a binding that is a service") {
    worker.project.kv_namespaces.push_back({});
    worker.project.kv_namespaces.back().binding = "KV";
  }
  SECTION("a schedule") {
    worker.project.crons = std::vector<config::Located<std::string>>{{"* * * * *", {}}};
  }
  SECTION("modules in JavaScript") {
    worker.add_javascript("python_modules/other/code.js");
  }
  SECTION("its own exports") {
    worker.source = "self.ctx.exports.Other";
  }
  SECTION("no snapshot to continue from") {
    worker.snapshot.reset();
  }
  CHECK_FALSE(worker.handover());
}

TEST_CASE("processes differ by what is in their configuration, not by the Workers' values") {
  HandoverSample one;
  HandoverSample other;
  other.project.name.value = "other";
  other.project.vars.push_back({"NAME", config::Value(std::string("other")), {}});
  other.exports.push_back("Second");
  CHECK(one.handover()->key == other.handover()->key);
  other.project.compatibility_date.value = "2026-10-02";
  CHECK(one.handover()->key != other.handover()->key);
  other.project.compatibility_date.value = one.project.compatibility_date.value;
  other.project.python_version = config::PythonVersion::python_3_13;
  other.parts.pyodide = "/py-3.13";
  REQUIRE(other.handover());
  CHECK(one.handover()->key != other.handover()->key);
  const auto without = without_values(other.project);
  CHECK(without.vars.empty());
}
