#include <base/memory_filesystem.hpp>
#include <cloud/deploy_plan.hpp>
#include <cloud/metadata.hpp>
#include <config/load.hpp>
#include <support/catch.hpp>

#include <nlohmann/json.hpp>

using namespace pyw;
using namespace pyw::cloud;

namespace {

struct Fixture {
  MemoryFileSystem files;
  config::Project project;
  Worker worker;

  explicit Fixture(const std::string& more,
                   const WorkerOptions& options = {},
                   Upload upload = Upload::deployment,
                   const std::optional<std::string>& environment = std::nullopt) {
    REQUIRE(files.write("/p/wrangler.toml",
                        "name = \"w\"\nmain = \"e.py\"\ncompatibility_date = \"2026-01-15\"\n"
                        "compatibility_flags = [\"python_workers\"]\n" +
                            more));
    REQUIRE(files.write("/p/e.py", "x"));
    config::LoadOptions load;
    load.start_directory = "/p";
    load.today = "2026-11-21";
    load.environment = environment;
    auto loaded = config::load_project(files, Environment(), load);
    REQUIRE(loaded);
    project = std::move(loaded->project);
    auto resolved = resolve_worker(project, options, upload, "/p", files);
    REQUIRE(resolved);
    worker = std::move(*resolved);
  }
};

std::vector<std::string> keys(const Json& object) {
  std::vector<std::string> out;
  for (const auto& [key, value] : object.items()) {
    out.push_back(key);
  }
  return out;
}

RemoteState live() {
  RemoteState state;
  state.exists = true;
  return state;
}

} // namespace

TEST_CASE("metadata keys come in the platform's order") {
  WorkerOptions options;
  options.message = "m";
  const Fixture fixture("logpush = true\n[placement]\nmode = \"smart\"\n[limits]\ncpu_ms = "
                        "10\n[observability]\nenabled = true\n"
                        "[[tail_consumers]]\nservice = \"t\"\n",
                        options);
  UploadParts parts;
  parts.sends_code_update_strategy = true;
  CHECK(keys(upload_metadata(fixture.worker, parts)) == std::vector<std::string>{"main_module",
                                                                                 "bindings",
                                                                                 "compatibility_date",
                                                                                 "compatibility_flags",
                                                                                 "code_update_strategy",
                                                                                 "keep_bindings",
                                                                                 "logpush",
                                                                                 "placement",
                                                                                 "tail_consumers",
                                                                                 "limits",
                                                                                 "annotations",
                                                                                 "observability"});
}

TEST_CASE("bindings are sorted by kind, and each has its own shape") {
  const Fixture fixture("[vars]\nN = 1\nS = \"x\"\n"
                        "[[queues.producers]]\nbinding = \"Q\"\nqueue = \"jobs\"\ndelivery_delay = 5\n"
                        "[[kv_namespaces]]\nbinding = \"K\"\nid = \"1\"\n"
                        "[[services]]\nbinding = \"A\"\nservice = \"other\"\nentrypoint = \"E\"\n"
                        "[[workflows]]\nbinding = \"F\"\nname = \"flow\"\nclass_name = \"Flow\"\n"
                        "[[send_email]]\nname = \"M\"\ndestination_address = \"a@b.c\"\n"
                        "[[dispatch_namespaces]]\nbinding = \"D\"\nnamespace = \"n\"\n"
                        "outbound = { service = \"o\", parameters = [\"p\"] }\n"
                        "[ai]\nbinding = \"AI\"\n");
  CHECK(
      metadata_bindings(fixture.worker.bindings).dump() ==
      R"([{"name":"S","type":"plain_text","text":"x"},{"name":"N","type":"json","json":1},)"
      R"({"name":"K","type":"kv_namespace","namespace_id":"1"},)"
      R"({"name":"M","type":"send_email","destination_address":"a@b.c"},)"
      R"({"type":"workflow","name":"F","workflow_name":"flow","class_name":"Flow"},)"
      R"({"type":"queue","name":"Q","queue_name":"jobs","delivery_delay":5},)"
      R"({"name":"A","type":"service","service":"other","entrypoint":"E"},)"
      R"({"name":"D","type":"dispatch_namespace","namespace":"n","outbound":{"worker":{"service":"o"},"params":[{"name":"p"}]}},)"
      R"({"name":"AI","type":"ai"}])");
}

TEST_CASE("variables of the command line replace, keep their place, and are not shown") {
  WorkerOptions options;
  options.variables = {"A:cli", "NEW:1:2"};
  const Fixture fixture("[vars]\nA = \"file\"\nB = \"b\"\n", options);
  CHECK(metadata_bindings(fixture.worker.bindings).dump() ==
        R"([{"name":"A","type":"plain_text","text":"cli"},{"name":"B","type":"plain_text","text":"b"},)"
        R"({"name":"NEW","type":"plain_text","text":"1:2"}])");
  CHECK(describe(fixture.worker.bindings.items()[0]).resource == "(hidden)");
}

TEST_CASE("what decides between a new version and a new script") {
  using Way = DeployPlan::Way;
  SECTION("a live Worker gets a version, its settings apart") {
    const Fixture fixture("");
    const auto plan = plan_deploy(fixture.worker, live(), {});
    CHECK(plan.way == Way::new_version);
    CHECK(plan.settings->dump() == R"({"observability":{"enabled":false},"tags":[]})");
    CHECK_FALSE(plan.metadata->contains("code_update_strategy"));
  }
  SECTION("a new one is put") {
    const Fixture fixture("");
    const auto plan = plan_deploy(fixture.worker, {}, {});
    CHECK(plan.way == Way::put_script);
    CHECK((*plan.metadata)["code_update_strategy"].dump() == R"({"mode":"deferred","max_delay":300})");
    CHECK_FALSE(plan.tags);
  }
  SECTION("migrations are put") {
    const Fixture fixture("");
    UploadParts parts;
    parts.migrations = std::make_shared<Json>(Json::object());
    CHECK(plan_deploy(fixture.worker, live(), parts).way == Way::put_script);
  }
  SECTION("an upload of a version carries annotations, and no settings") {
    const Fixture fixture("logpush = true\n[observability]\nenabled = true\n", {}, Upload::version);
    const auto plan = plan_deploy(fixture.worker, live(), {});
    CHECK(plan.way == Way::only_version);
    CHECK((*plan.metadata)["annotations"] == Json::object());
    CHECK_FALSE(plan.metadata->contains("logpush"));
    CHECK_FALSE(plan.metadata->contains("observability"));
  }
}

TEST_CASE("tags say which Worker and environment this is") {
  const Fixture fixture("[env.staging]\n", {}, Upload::deployment, "staging");
  CHECK(tags_for(fixture.worker, {"mine", "cf:service=old", "cf:environment=x"}) ==
        std::vector<std::string>{"mine", "cf:service=w", "cf:environment=staging"});
  const Fixture plain("");
  CHECK(tags_for(plain.worker, {"mine", "cf:service=old"}) == std::vector<std::string>{"mine"});
}

TEST_CASE("placement") {
  CHECK(placement_of({{"mode", "off"}}).is_null());
  CHECK(placement_of({{"hint", "enam"}}).dump() == R"({"mode":"smart","hint":"enam"})");
  CHECK(placement_of({{"region", "aws:us-east-1"}}).dump() ==
        R"({"mode":"targeted","region":"aws:us-east-1"})");
}
