// The typed side of load_project: what every kind of binding becomes. (What is said about wrong ones:
// cases_test.)
#include <base/memory_filesystem.hpp>
#include <config/load.hpp>
#include <config/report.hpp>
#include <support/catch.hpp>

namespace pyw::config {

namespace {

constexpr std::string_view head = R"(name = "w"
main = "src/entry.py"
compatibility_date = "2026-10-01"
compatibility_flags = ["python_workers"]
)";

Project load(std::string_view toml, SecretFiles secrets = SecretFiles::skip) {
  MemoryFileSystem files;
  REQUIRE(files.write("/p/wrangler.toml", std::string(head) + std::string(toml)));
  REQUIRE(files.write("/p/src/entry.py", ""));
  REQUIRE(files.write("/p/public/index.html", ""));
  REQUIRE(files.write("/p/.dev.vars", "TOKEN=very-secret\n"));
  auto result = load_project(
      files, Environment(), {.start_directory = "/p", .secrets = secrets, .today = "2026-11-21"});
  if (!result) {
    FAIL(render(result.error()));
  }
  return std::move(result->project);
}

} // namespace

TEST_CASE("the Worker itself") {
  const auto project = load(R"(account_id = "acc"
base_dir = "src"
workers_dev = false
preview_urls = true
keep_vars = true
logpush = true
no_bundle = true
find_additional_modules = false
python_modules = { exclude = ["**/tests/**"] }
rules = [{ type = "Text", globs = ["**/*.md"], fallthrough = true }]
dev = { ip = "0.0.0.0", port = 9000, inspector_port = 9229, local_protocol = "https" }
)");
  CHECK(project.root == "/p");
  CHECK(project.config_file == "/p/wrangler.toml");
  CHECK(project.name == Located<std::string>{"w", {0, 1, 8, 3}});
  CHECK(project.top_level_name == "w");
  CHECK(project.main->value == "src/entry.py");
  CHECK(project.main_file() == "/p/src/entry.py");
  CHECK(project.module_root() == "/p/src");
  CHECK(project.python_modules() == "/p/python_modules");
  CHECK(project.python_version == PythonVersion::python_3_14);
  CHECK(project.has_flag("python_workers"));
  CHECK(!project.has_flag("nodejs_compat"));
  CHECK(project.account_id->value == "acc");
  CHECK(project.workers_dev == false);
  CHECK(project.preview_urls == true);
  CHECK(project.keep_vars == true);
  CHECK(project.logpush == true);
  CHECK(project.no_bundle == true);
  CHECK(!project.find_additional_modules);
  CHECK(project.python_modules_exclude == std::vector<std::string>{"**/tests/**"});
  REQUIRE(project.rules.size() == 1);
  CHECK(project.rules[0].type == "Text");
  CHECK(project.rules[0].globs == std::vector<std::string>{"**/*.md"});
  CHECK(project.rules[0].fallthrough);
  CHECK(project.dev.ip == "0.0.0.0");
  CHECK(project.dev.port == 9000);
  CHECK(project.dev.inspector_port == 9229);
  CHECK(project.dev.local_protocol == "https");
  CHECK(!project.python);
}

TEST_CASE("module root without base_dir is the entry's folder") {
  CHECK(load("").module_root() == "/p/src");
}

TEST_CASE("storage bindings") {
  const auto project = load(R"([[kv_namespaces]]
binding = "KV"
id = "1"
preview_id = "2"
remote = true
[[r2_buckets]]
binding = "R2"
bucket_name = "bucket"
jurisdiction = "eu"
[[d1_databases]]
binding = "D1"
database_name = "db"
database_id = "3"
migrations_dir = "m"
migrations_table = "t"
)");
  REQUIRE(project.kv_namespaces.size() == 1);
  CHECK(project.kv_namespaces[0].binding == "KV");
  CHECK(project.kv_namespaces[0].id == "1");
  CHECK(project.kv_namespaces[0].preview_id == "2");
  CHECK(project.kv_namespaces[0].remote);
  CHECK(project.kv_namespaces[0].place == Place{0, 6, 11, 4});
  REQUIRE(project.r2_buckets.size() == 1);
  CHECK(project.r2_buckets[0].binding == "R2");
  CHECK(project.r2_buckets[0].bucket_name == "bucket");
  CHECK(project.r2_buckets[0].jurisdiction == "eu");
  CHECK(!project.r2_buckets[0].remote);
  REQUIRE(project.d1_databases.size() == 1);
  CHECK(project.d1_databases[0].binding == "D1");
  CHECK(project.d1_databases[0].database_name == "db");
  CHECK(project.d1_databases[0].database_id == "3");
  CHECK(project.d1_databases[0].migrations_dir == "m");
  CHECK(project.d1_databases[0].migrations_table == "t");
}

TEST_CASE("classes: Durable Objects, migrations, exports, workflows") {
  const auto project = load(R"([[durable_objects.bindings]]
name = "ROOM"
class_name = "Room"
[[durable_objects.bindings]]
name = "FAR"
class_name = "Far"
script_name = "other"
environment = "staging"
[[migrations]]
tag = "v1"
new_sqlite_classes = ["Room"]
new_classes = ["Old", "Gone"]
[[migrations]]
tag = "v2"
renamed_classes = [{ from = "Old", to = "New" }]
transferred_classes = [{ from = "A", from_script = "s", to = "B" }]
deleted_classes = ["Gone"]
[exports.Hall]
type = "durable-object"
storage = "sqlite"
[exports.Flow]
type = "workflow"
name = "flow"
[[workflows]]
binding = "WF"
name = "dag"
class_name = "Dag"
schedules = "* * * * *"
)");
  REQUIRE(project.durable_objects.size() == 2);
  CHECK(project.durable_objects[0].name == "ROOM");
  CHECK(project.durable_objects[0].class_name == "Room");
  CHECK(!project.durable_objects[0].script_name);
  CHECK(project.durable_objects[1].script_name == "other");
  CHECK(project.durable_objects[1].environment == "staging");
  REQUIRE(project.migrations.size() == 2);
  CHECK(project.migrations[0].tag == "v1");
  CHECK(project.migrations[0].new_sqlite_classes == std::vector<std::string>{"Room"});
  CHECK(project.migrations[0].new_classes == std::vector<std::string>{"Old", "Gone"});
  REQUIRE(project.migrations[1].renamed_classes.size() == 1);
  CHECK(project.migrations[1].renamed_classes[0].from == "Old");
  CHECK(project.migrations[1].renamed_classes[0].to == "New");
  REQUIRE(project.migrations[1].transferred_classes.size() == 1);
  CHECK(project.migrations[1].transferred_classes[0].from_script == "s");
  CHECK(project.migrations[1].deleted_classes == std::vector<std::string>{"Gone"});
  CHECK(to_json_text(project.migrations[0].raw) ==
        R"({"tag":"v1","new_sqlite_classes":["Room"],"new_classes":["Old","Gone"]})");
  REQUIRE(project.exports.size() == 2);
  CHECK(project.exports[0].class_name == "Hall");
  CHECK(project.exports[0].type == Export::Type::durable_object);
  CHECK(project.exports[0].storage == "sqlite");
  CHECK(project.exports[1].type == Export::Type::workflow);
  CHECK(project.exports[1].workflow_name == "flow");
  REQUIRE(project.workflows.size() == 1);
  CHECK(project.workflows[0].binding == "WF");
  CHECK(project.workflows[0].name == "dag");
  CHECK(project.workflows[0].class_name == "Dag");
  CHECK(project.workflows[0].schedules == std::vector<std::string>{"* * * * *"});
}

TEST_CASE("queues, services and limits") {
  const auto project = load(R"([[queues.producers]]
binding = "JOBS"
queue = "jobs"
delivery_delay = 1.5
[[queues.consumers]]
queue = "jobs"
max_batch_size = 10
max_batch_timeout = 2
max_retries = 3
dead_letter_queue = "dead"
max_concurrency = 4
retry_delay = 5
[[services]]
binding = "AUTH"
service = "auth"
entrypoint = "Admin"
props = { scope = "all" }
[[ratelimits]]
name = "RL"
namespace_id = "1"
simple = { limit = 10, period = 60 }
[[hyperdrive]]
binding = "HD"
id = "h"
localConnectionString = "postgres://u:pw@h/d"
[[tail_consumers]]
service = "tail"
)");
  REQUIRE(project.queue_producers.size() == 1);
  CHECK(project.queue_producers[0].binding == "JOBS");
  CHECK(project.queue_producers[0].queue == "jobs");
  CHECK(project.queue_producers[0].delivery_delay == 1.5);
  REQUIRE(project.queue_consumers.size() == 1);
  const auto& consumer = project.queue_consumers[0];
  CHECK(consumer.queue == "jobs");
  CHECK(consumer.max_batch_size == 10);
  CHECK(consumer.max_batch_timeout == 2.0);
  CHECK(consumer.max_retries == 3);
  CHECK(consumer.dead_letter_queue == "dead");
  CHECK(consumer.max_concurrency == 4);
  CHECK(consumer.retry_delay == 5.0);
  REQUIRE(project.services.size() == 1);
  CHECK(project.services[0].service == "auth");
  CHECK(project.services[0].entrypoint == "Admin");
  CHECK(to_json_text(*project.services[0].props) == R"({"scope":"all"})");
  REQUIRE(project.ratelimits.size() == 1);
  CHECK(project.ratelimits[0].namespace_id == "1");
  CHECK(project.ratelimits[0].limit == 10);
  CHECK(project.ratelimits[0].period == 60);
  REQUIRE(project.hyperdrive.size() == 1);
  CHECK(project.hyperdrive[0].local_connection_string == "postgres://u:pw@h/d");
  REQUIRE(project.tail_consumers.size() == 1);
  CHECK(project.tail_consumers[0].service == "tail");
}

TEST_CASE("every kind of binding has its name in env") {
  const auto project = load(R"(vars = { V = 1 }
ai = { binding = "AI" }
browser = { binding = "BROWSER" }
images = { binding = "IMAGES" }
media = { binding = "MEDIA" }
stream = { binding = "STREAM" }
analytics = { binding = "ANALYTICS" }
version_metadata = { binding = "VERSION" }
worker_loaders = [{ binding = "LOADER" }]
vectorize = [{ binding = "VEC", index_name = "v" }]
analytics_engine_datasets = [{ binding = "AE" }]
send_email = [{ name = "MAIL", allowed_sender_addresses = ["a@b"] }]
secrets_store_secrets = [{ binding = "SECRET", store_id = "s", secret_name = "n" }]
dispatch_namespaces = [{ binding = "DISPATCH", namespace = "ns", outbound = { service = "o" } }]
mtls_certificates = [{ binding = "CERT", certificate_id = "c" }]
pipelines = [{ binding = "PIPE", stream = "p" }]
assets = { directory = "public", binding = "ASSETS", run_worker_first = ["/api/*"] }
vpc_services = [{ binding = "VPC", service_id = "x" }]
logfwdr = { bindings = [{ name = "LOG", destination = "d" }] }
unsafe = { bindings = [{ name = "UNSAFE", type = "t", extra = 1 }] }
)");
  std::vector<std::string> names;
  for (const auto& binding : project.binding_names()) {
    names.push_back(binding.name);
    CHECK(binding.place.known());
  }
  CHECK(names == std::vector<std::string>{"V",        "AE",     "VEC",    "MAIL",      "SECRET",
                                          "DISPATCH", "CERT",   "PIPE",   "AI",        "BROWSER",
                                          "IMAGES",   "MEDIA",  "STREAM", "ANALYTICS", "VERSION",
                                          "LOADER",   "ASSETS", "VPC",    "UNSAFE",    "LOG"});
  CHECK(project.assets->directory == "public");
  CHECK(to_json_text(*project.assets->run_worker_first) == R"(["/api/*"])");
  CHECK(project.send_email[0].allowed_sender_addresses == std::vector<std::string>{"a@b"});
  CHECK(!project.send_email[0].allowed_destination_addresses);
  CHECK(project.dispatch_namespaces[0].namespace_name == "ns");
  CHECK(to_json_text(project.passed_on_bindings[1].raw) == R"({"name":"UNSAFE","type":"t","extra":1})");
}

TEST_CASE("routes and crons") {
  const auto project = load(
      R"(routes = ["a.com/*", { pattern = "b.com/*", zone_name = "b.com" }, { pattern = "c.com", custom_domain = true, enabled = false }]
triggers = { crons = ["0 3 * * mon"] }
)");
  REQUIRE(project.routes.size() == 3);
  CHECK(project.routes[0].pattern == "a.com/*");
  CHECK(project.routes[1].zone_name == "b.com");
  CHECK(project.routes[2].custom_domain);
  CHECK(project.routes[2].enabled == false);
  REQUIRE(project.crons);
  CHECK((*project.crons)[0].value == "0 3 * * mon");
  CHECK(load("triggers = { crons = [] }").crons->empty());
  CHECK(!load("").crons);
  CHECK(load("route = \"a.com/*\"").routes[0].pattern == "a.com/*");
}

TEST_CASE("a later check can point into the file") {
  const auto project = load("ai = { binding = \"AI\" }\n");
  CHECK(render(project.diagnose(Severity::error, "not here", project.ai->place, {"do that"})) ==
        "wrangler.toml:5:18: error: not here\n"
        "  ai = { binding = \"AI\" }\n"
        "                   ^^^^\n\n"
        "hint: do that\n");
  CHECK(render(project.diagnose(Severity::warning, "nowhere", {})) == "warning: nowhere\n");
}

TEST_CASE("the report holds no secret") {
  const auto project = load(R"([[hyperdrive]]
binding = "HD"
id = "h"
localConnectionString = "postgres://u:pw@h/d"
[vars]
"a.b" = "x"
)",
                            SecretFiles::load);
  REQUIRE(project.secrets.size() == 1);
  CHECK(project.secrets[0].value.reveal() == "very-secret");
  const auto report = report_of(project);
  const auto text = to_json_text(report);
  CHECK(text.find("very-secret") == std::string::npos);
  CHECK(text.find("pw@") == std::string::npos);
  CHECK(find_path(report, "secrets.TOKEN")->text() == "(hidden)");
  CHECK(find_path(report, "configuration.hyperdrive[0].localConnectionString")->text() == "(hidden)");
  CHECK(find_path(report, "configuration.hyperdrive.0.id")->text() == "h");
  CHECK(find_path(report, "configuration.vars.\"a.b\"")->text() == "x");
  for (const auto* path : {"",
                           "x",
                           "configuration.hyperdrive[1]",
                           "configuration.hyperdrive.x",
                           "name.x",
                           "configuration..vars",
                           "configuration.\"vars"}) {
    INFO(path);
    CHECK(find_path(report, path) == nullptr);
  }
  CHECK(to_lines(*report.find("configuration")->find("vars"), "vars") == "vars.\"a.b\" = \"x\"\n");
}

TEST_CASE("today in UTC") {
  CHECK(today_utc(std::chrono::system_clock::time_point(std::chrono::seconds(1'790'000'000))) ==
        "2026-09-21");
  CHECK(today_utc(std::chrono::system_clock::time_point(std::chrono::seconds(0))) == "1970-01-01");
}

} // namespace pyw::config
