#include <base/memory_filesystem.hpp>
#include <cloud/live_config.hpp>
#include <cloud/metadata.hpp>
#include <config/load.hpp>
#include <support/catch.hpp>

#include <nlohmann/json.hpp>

using namespace pyw;
using namespace pyw::cloud;

namespace {

/// The changes that a configuration makes of a live one, a line each.
std::string changes(const std::string& more, const LiveConfig& live, bool keep_vars = false) {
  MemoryFileSystem files;
  REQUIRE(files.write("/p/wrangler.toml",
                      "name = \"w\"\nmain = \"src/e.py\"\ncompatibility_date = \"2026-01-15\"\n"
                      "compatibility_flags = [\"python_workers\"]\n" +
                          more));
  REQUIRE(files.write("/p/src/e.py", ""));
  config::LoadOptions options;
  options.start_directory = "/p";
  options.today = "2026-11-21";
  const auto loaded = config::load_project(files, Environment(), options);
  REQUIRE(loaded);
  WorkerOptions worker_options;
  worker_options.keep_vars = keep_vars;
  const auto worker = resolve_worker(loaded->project, worker_options, Upload::deployment, "/p", files);
  REQUIRE(worker);
  std::string out;
  for (const auto& change : config_changes(live, *worker, upload_metadata(*worker, {}))) {
    out += to_text(change) + "\n";
  }
  return out;
}

LiveConfig live(const char* bindings) {
  LiveConfig config;
  config.bindings = std::make_shared<Json>(Json::parse(bindings));
  config.workers_dev = true;
  config.compatibility_date = "2026-01-15";
  config.compatibility_flags = {"python_workers"};
  return config;
}

} // namespace

TEST_CASE("the same configuration changes nothing") {
  CHECK(changes("[vars]\nA = \"1\"\n[[kv_namespaces]]\nbinding = \"K\"\nid = \"k1\"\n",
                live(R"([{"type":"kv_namespace","name":"K","namespace_id":"k1","more":"told"},)"
                     R"({"type":"plain_text","name":"A","text":"1"}])")) == "");
}

TEST_CASE("bindings that come, go and change") {
  CHECK(
      changes("[vars]\nA = \"2\"\n[[r2_buckets]]\nbinding = \"B\"\nbucket_name = \"photos\"\n",
              live(R"([{"type":"plain_text","name":"A","text":"1"},{"type":"d1","name":"DB","id":"d"}])")) ==
      "~ env.A  plain_text \"1\" -> plain_text \"2\"\n+ env.B  r2_bucket photos\n- env.DB  d1 d\n");
}

TEST_CASE("secrets stay and are never shown") {
  CHECK(changes("", live(R"([{"type":"secret_text","name":"S","text":"hush"}])")) == "");
}

TEST_CASE("variables of the dashboard stay only when they are kept") {
  const auto* dashboard = R"([{"type":"plain_text","name":"V","text":"1"}])";
  CHECK(changes("", live(dashboard)) == "- env.V  plain_text \"1\"\n");
  CHECK(changes("", live(dashboard), true) == "");
}

TEST_CASE("triggers and dates") {
  auto before = live("[]");
  before.crons = {"0 1 * * *", "0 2 * * *"};
  before.routes = {"old.example.com/*"};
  before.compatibility_date = "2025-01-01";
  before.compatibility_flags = {"python_workers", "old_flag"};
  CHECK(
      changes("routes = [\"example.com/*\"]\n[triggers]\ncrons = [\"0 2 * * *\", \"0 3 * * *\"]\n", before) ==
      "+ route example.com/*\n- route old.example.com/*\n+ cron 0 3 * * *\n- cron 0 1 * * *\n"
      "~ workers.dev  on -> off\n~ compatibility date  2025-01-01 -> 2026-01-15\n"
      "~ compatibility flags  old_flag, python_workers -> python_workers\n");
}
