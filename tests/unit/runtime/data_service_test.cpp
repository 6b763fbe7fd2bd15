#include "service_sample.hpp"

#include <runtime/data_service.hpp>
#include <support/catch.hpp>

using namespace pyw;
using namespace pyw::runtime;
using test::contains;

namespace {

test::ServiceSample project_with_data() {
  test::ServiceSample out;
  auto& project = out.project;
  project.name.value = "demo";
  project.kv_namespaces = {{"A", "one"}, {"B", "one"}, {"C"}};
  project.r2_buckets = {{"PHOTOS", "photos"}};
  project.d1_databases = {{"DB", "shop"}};
  project.queue_producers = {{"JOBS", "jobs"}};
  config::QueueConsumer consumer;
  consumer.queue = "jobs";
  consumer.dead_letter_queue = "dead";
  project.queue_consumers = {consumer};
  project.workflows = {{"ORDERS", "orders", "Order"}};
  return out;
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++found;
  }
  return found;
}

} // namespace

TEST_CASE("the data API has each resource once, by what it is called below the state") {
  LocalServices out;
  add_data_api(project_with_data().input(), out);
  REQUIRE(out.services.size() == 1); // its folder
  const auto text = capnp_list(out.front_bindings, 6);
  CHECK(count(text, "(name = \"kv:one\"") == 1);
  CHECK(contains(text, "(name = \"kv:C\""));
  CHECK(contains(text, "(name = \"r2:photos\", r2Bucket"));
  CHECK(contains(text, "(name = \"d1:DB\", wrapped"));
  CHECK(contains(text, "(name = \"queue:jobs\", queue"));
  CHECK(contains(text, "(name = \"queue:dead\", queue"));
  CHECK(contains(text, "(name = \"workflow:orders\", wrapped"));
  CHECK(contains(text, "(name = \"instances:orders\", durableObjectNamespace"));
}

TEST_CASE("without the Worker only the stores can be reached") {
  std::vector<Path> directories;
  const auto text = plan_data_runtime(project_with_data().input(), directories);
  CHECK(contains(text, "(name = \"kv:one\""));
  CHECK(contains(text, "service = \"data\")]"));
  CHECK_FALSE(contains(text, "queue:jobs"));
  CHECK_FALSE(contains(text, "instances:orders"));
  CHECK_FALSE(contains(text, "(name = \"worker\""));
  CHECK(directories == std::vector<Path>{"/state/kv", "/state/d1", "/state/r2", "/state"});
}

TEST_CASE("workflows of other processes are asked for there, and listed from their Workers' folders") {
  auto sample = project_with_data();
  sample.project.name.value.clear();
  sample.project.workflows = {{"", "orders", "Order", "shop"}, {"", "sales", "Sale", "v3"}};
  std::vector<Path> directories;
  auto input = sample.input();
  CHECK_FALSE(contains(plan_data_runtime(input, directories), "workflow:orders"));
  input.links = "/run/links.sock";
  const auto text = plan_data_runtime(input, directories);
  CHECK(count(text, "(name = \"workflow:orders\", wrapped") == 1);
  CHECK(count(text, "(name = \"workflow-api:orders\", service = (name = \"external\"") == 1);
  CHECK(
      contains(text, "export const Object0 = objectClass(\\\"shop\\\", \\\"miniflare-workflows-orders\\\")"));
  CHECK(contains(text, "uniqueKey = \"miniflare-workflows-orders\""));
  CHECK(contains(text, "shop/workflows/miniflare-workflows-orders"));
  CHECK(contains(text, "v3/pyw-workflows/miniflare-workflows-sales")); // runtime::layout_of
}

TEST_CASE("a folder of wrangler is kept by the scripts that wrangler uses") {
  auto sample = project_with_data();
  sample.state = "/x/.wrangler/state/v3";
  std::vector<Path> directories;
  const auto text = plan_data_runtime(sample.input(), directories);
  CHECK(contains(text, "kv/namespace.worker.js"));
  CHECK(contains(text, "uniqueKey = \"miniflare-KVNamespaceObject\""));
  CHECK(contains(text, "d1/entry.worker.js"));
  CHECK_FALSE(contains(text, "bundled ="));
  CHECK(bundled_folder("queues", sample.state) == "pyw-queues");
  CHECK(bundled_folder("queues", "/x/.pyw/state") == "queues");
}

TEST_CASE(
    "Durable Objects are asked through the Worker that runs, else through classes that stand for its own") {
  auto sample = project_with_data();
  sample.project.durable_objects = {{"ROOMS", "Room"}, {"THEIRS", "Their", "other"}};
  LocalServices running;
  add_data_api(sample.input(), running);
  const auto beside = capnp_list(running.front_bindings, 6);
  CHECK(contains(
      beside,
      R"((name = "objects:demo-Room", durableObjectNamespace = (className = "Room", serviceName = "worker")))"));
  CHECK_FALSE(contains(beside, "durableObjectStorage"));
  CHECK_FALSE(contains(beside, "Their"));
  std::vector<Path> directories;
  const auto alone = plan_data_runtime(sample.input(), directories);
  CHECK(contains(alone, R"((name = "objects:demo-Room", durableObjectNamespace = "Stored_Room"))"));
  CHECK(contains(alone, R"((className = "Stored_Room", uniqueKey = "demo-Room", enableSql = true))"));
  CHECK(contains(alone, "export const Stored_Room = storedObject();"));
  CHECK(contains(alone, R"(durableObjectStorage = (localDisk = "do:storage"))"));
}
