#include "service_sample.hpp"

#include <runtime/account_queues.hpp>
#include <runtime/account_stores.hpp>
#include <support/catch.hpp>

using namespace pyw;
using namespace pyw::runtime;
using test::contains;

TEST_CASE("the stores keep each kind below the state, whatever a project has") {
  std::vector<Path> directories;
  const auto text = plan_stores(test::ServiceSample().input(), directories);
  CHECK(directories ==
        std::vector<Path>{
            "/state/kv", "/state/d1", "/state/r2", "/state/ratelimit", "/state/cache", "/state/analytics"});
  for (const auto* name : {"stores", "kv", "d1", "r2:entry", "ratelimit:entry", "analytics", "cache:entry"}) {
    CHECK(contains(text, std::string("(name = \"") + name + "\", worker"));
  }
  CHECK(contains(text, "service = \"stores\""));
  CHECK_FALSE(contains(text, "workerdDebugPort"));
}

TEST_CASE("a Worker reaches each shared store by a way of its own, and keeps nothing itself") {
  test::ServiceSample sample;
  sample.project.kv_namespaces = {{"A", "one"}, {"B", "one"}, {"C", "two"}};
  sample.project.d1_databases = {{"DB", "shop", "id"}};
  sample.project.r2_buckets = {{"PHOTOS", "photos"}};
  sample.project.analytics_engine_datasets = {{"POINTS", "späte besuche"}};
  sample.project.ratelimits = {{"LIMIT", "7"}};
  const auto out = *local_services(sample.input("/run/stores.sock"));
  CHECK(out.directories.empty());
  CHECK_FALSE(out.has_storage);
  std::string services;
  for (const auto& service : out.services) {
    CHECK(contains(service, "address = \"unix:/run/stores.sock\""));
    services += service;
  }
  CHECK(out.services.size() == 7); // one for each store, and the cache
  CHECK(contains(services, "value = \"kv%3Aone\""));
  CHECK(contains(services, "value = \"analytics%3Asp%C3%A4te%20besuche\""));
  std::string bindings;
  for (const auto& binding : out.bindings) {
    bindings += binding;
  }
  CHECK(contains(bindings, "(name = \"A\", kvNamespace = \"store:kv:one\")"));
  CHECK(contains(bindings, "(name = \"B\", kvNamespace = \"store:kv:one\")"));
  CHECK(contains(bindings, "(name = \"PHOTOS\", r2Bucket = \"store:r2:photos\")"));
  REQUIRE(out.worker_fields.size() == 1);
  CHECK(out.worker_fields[0].first == "cacheApiOutbound");
}

TEST_CASE("the queues of an account have their consumers, delays and the disk with the messages") {
  AccountConsumer consumer;
  consumer.worker = "shop";
  consumer.settings.queue = "jobs";
  consumer.settings.max_batch_size = 7;
  std::vector<Path> directories;
  const auto text = plan_queues(test::ServiceSample().input(), {{consumer}, {{"slow", 90}}}, directories);
  CHECK(directories == std::vector<Path>{"/registry", "/state/queues"});
  CHECK(contains(text, R"({\"jobs\":{\"consumer\":\"consumer:shop\",\"maxBatchSize\":7}})"));
  CHECK(contains(text, R"(json = "{\"slow\":90.0}")"));
  CHECK(contains(text, "(name = \"FILES\", service = \"queues:storage\")"));
  CHECK(contains(text, "(name = \"account_queues.js\", esModule"));
  const auto nobody = plan_queues(test::ServiceSample().input(), {}, directories);
  CHECK(contains(nobody, "(name = \"CONSUMERS\", json = \"{}\")"));
  CHECK(contains(nobody, "(name = \"DELAYS\", json = \"{}\")"));
  CHECK_FALSE(contains(nobody, "workerdDebugPort"));
}
