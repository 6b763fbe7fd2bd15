#include <edge/api.hpp>
#include <edge/records.hpp>
#include <support/catch.hpp>

using namespace pyw;
using namespace pyw::edge;

namespace {

struct RecordsSample {
  ManualClock clock;
  Records records = *Records::open(":memory:", clock);
  Account account = *records.ensure_account("shop");

  Script script(const std::string& name) const { return {account.id, name, "then", "then", "{}"}; }

  Version version(const std::string& name) const {
    Version out;
    out.id = *new_uuid();
    out.account = account.id;
    out.script = name;
    out.created = records.now();
    out.main_module = "entry.py";
    out.modules = {{"entry.py", "text/x-python", std::string(64, 'a'), 5}};
    out.secrets = {{"KEY", "sealed"}};
    out.snapshot = SnapshotName{std::string(64, 'b'), std::string(64, 'c'), "src"};
    return out;
  }

  Deployment deployment(const Version& of) const {
    Deployment out{*new_uuid(), account.id, of.script, records.now()};
    out.versions = {{of.id, 100}};
    return out;
  }
};

} // namespace

TEST_CASE("an account is made once; a token is found by its hash and by nothing else") {
  RecordsSample sample;
  CHECK(sample.records.ensure_account("shop")->id == sample.account.id);
  const auto made = create_token(sample.records, "shop", "ci", "read write");
  REQUIRE(made);
  const auto& value = made->value.reveal();
  CHECK(value.size() == 68);
  const auto found = sample.records.find_token(token_hash(value));
  REQUIRE((found && *found));
  CHECK((*found)->account == sample.account.id);
  CHECK_FALSE((*found)->revoked);
  CHECK_FALSE(sample.records.find_token(value)->has_value());
  CHECK(*sample.records.revoke_token("ci"));
  CHECK((*sample.records.find_token(token_hash(value)))->revoked);
  CHECK_FALSE(*sample.records.revoke_token("ci"));
}

TEST_CASE("a version comes back as it was published, with a number of its script's own") {
  RecordsSample sample;
  auto first = sample.version("a");
  auto second = sample.version("a");
  auto other = sample.version("b");
  for (auto* version : {&first, &second, &other}) {
    REQUIRE(sample.records.publish(sample.script(version->script), *version, std::nullopt));
  }
  CHECK(first.number == 1);
  CHECK(second.number == 2);
  CHECK(other.number == 1);
  const auto found = *sample.records.find_version(sample.account.id, "a", second.id);
  REQUIRE(found);
  CHECK(to_document(*found) == to_document(second));
  CHECK((*sample.records.latest_version(sample.account.id, "a"))->id == second.id);
  CHECK_FALSE(sample.records.find_version(sample.account.id, "b", second.id)->has_value());
  CHECK_FALSE(sample.records.find_version("another", "a", second.id)->has_value());
  CHECK(*sample.records.has_module(sample.account.id, std::string(64, 'a')));
  CHECK_FALSE(*sample.records.has_module("another", std::string(64, 'a')));
}

TEST_CASE("script, version and deployment are published together or not at all") {
  RecordsSample sample;
  auto version = sample.version("a");
  auto deployment = sample.deployment(version);
  REQUIRE(sample.records.publish(sample.script("a"), version, deployment));
  auto next = sample.version("new");
  CHECK_FALSE(sample.records.publish(sample.script("new"), next, deployment)); // its id is taken
  CHECK_FALSE(sample.records.find_script(sample.account.id, "new")->has_value());
  CHECK_FALSE(sample.records.latest_version(sample.account.id, "new")->has_value());
}

TEST_CASE("what is served is the newest deployment; deleting a script takes all of it along") {
  RecordsSample sample;
  auto version = sample.version("a");
  REQUIRE(sample.records.publish(sample.script("a"), version, sample.deployment(version)));
  auto split = sample.deployment(version);
  split.versions = {{version.id, 75.5}};
  REQUIRE(sample.records.add_deployment(split));
  REQUIRE(sample.records.set_routes(sample.account.id, "a", "route", {"a.test/*"}));
  const auto served = *sample.records.served();
  REQUIRE(served.size() == 1);
  CHECK(served.front().first_account);
  CHECK(served.front().versions.front().percentage == 75.5);
  CHECK(sample.records.deployments(sample.account.id, "a")->size() == 2);
  REQUIRE(sample.records.delete_script(sample.account.id, "a"));
  CHECK(sample.records.served()->empty());
  CHECK(sample.records.routes()->empty());
  CHECK(sample.records.deployments(sample.account.id, "a")->empty());
}

TEST_CASE("a route belongs to one script; another cannot take it, and keeps what it had") {
  RecordsSample sample;
  for (const auto* name : {"a", "b"}) {
    REQUIRE(sample.records.save_script(sample.script(name)));
  }
  const auto& id = sample.account.id;
  REQUIRE(sample.records.set_routes(id, "a", "route", {"a.test/*", "b.test/*"}));
  REQUIRE(sample.records.set_routes(id, "b", "route", {"c.test/*"}));
  const auto taken = sample.records.set_routes(id, "b", "route", {"d.test/*", "a.test/*"});
  REQUIRE_FALSE(taken);
  CHECK(taken.error().message() == "the route `a.test/*` belongs to the Worker `a`");
  CHECK(sample.records.routes()->size() == 3);
  REQUIRE(sample.records.set_routes(id, "b", "domain", {"d.test/*"}));
  CHECK(sample.records.routes()->size() == 4);
}

TEST_CASE("times are RFC 3339 with microseconds") {
  const RecordsSample sample;
  CHECK(sample.records.now() == "2026-09-21T14:13:20.000000Z");
}
