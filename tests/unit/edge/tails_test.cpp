#include <edge/tails.hpp>
#include <support/catch.hpp>

#include <nlohmann/json.hpp>

using namespace pyw;
using namespace pyw::edge;
using namespace std::chrono_literals;

namespace {

struct Listener final : TailListener {
  void send(TailEvent event) override { events.push_back(Json::parse(*event)); }

  [[nodiscard]] bool wants_all() const override { return debug; }

  void end(TailEnd why) override { ended = std::move(why); }

  std::vector<Json> events;
  std::optional<TailEnd> ended;
  bool debug = false;
};

struct TailSample {
  ManualClock clock;
  std::vector<std::function<void()>> posted;
  std::vector<std::pair<std::string, bool>> changes; ///< which Worker, and whether it is heard then
  Tails tails{clock,
              {3, 5},
              [this](std::function<void()> act) { posted.push_back(std::move(act)); },
              [this](const std::string& worker, std::function<void()> told) {
                changes.emplace_back(worker, tails.is_heard(worker));
                told();
              }};

  void run_loop() {
    for (const auto& act : std::exchange(posted, {})) {
      act();
    }
  }

  std::string make(const std::string& worker, const char* filters = "[]") {
    const auto made = tails.create(worker, *read_tail_filters(Json::parse(filters), ""));
    REQUIRE(made);
    return made->id;
  }

  std::shared_ptr<Listener> listen(const std::string& id) {
    REQUIRE(tails.find(id) == Tails::Found::here);
    auto listener = std::make_shared<Listener>();
    bool ready = false;
    static_cast<void>(tails.attach(id, listener, [&] { ready = true; }));
    CHECK(ready);
    return listener;
  }
};

constexpr const char* run =
    R"({"outcome": "ok", "event": {"cron": "* * * * *"}, "logs": [], "exceptions": []})";

} // namespace

TEST_CASE("a listener is sent the runs of its own Worker, with the script's name and version") {
  TailSample sample;
  const auto one = sample.listen(sample.make("a/shop"));
  const auto other_account = sample.listen(sample.make("b/shop"));
  const auto other_worker = sample.listen(sample.make("a/shop2"));
  sample.tails.publish("a/shop", "v1", run);
  REQUIRE(one->events.size() == 1);
  CHECK(one->events[0]["scriptName"] == "shop");
  CHECK(one->events[0]["scriptVersion"]["id"] == "v1");
  CHECK(one->events[0]["event"]["cron"] == "* * * * *");
  CHECK(other_account->events.empty());
  CHECK(other_worker->events.empty());
  CHECK(sample.tails.listening() == 3);
}

TEST_CASE("a Worker counts as heard from its first listener to its last") {
  TailSample sample;
  const auto first = sample.make("a/shop");
  const auto second = sample.make("a/shop");
  CHECK_FALSE(sample.tails.is_heard("a/shop")); // nobody is connected yet
  const auto one = sample.listen(first);
  const auto two = sample.listen(second);
  sample.changes.clear();
  sample.tails.detach(first, *one);
  CHECK(sample.changes.empty());
  sample.tails.detach(second, *two);
  CHECK(sample.changes == std::vector<std::pair<std::string, bool>>{{"a/shop", false}});
  sample.tails.publish("a/shop", "v1", run);
  CHECK(two->events.empty());
}

TEST_CASE("filters decide, and a listener that debugs gets the rest with the filter's name") {
  TailSample sample;
  const auto strict = sample.listen(sample.make("a/shop", R"([{"outcome": ["exception"]}])"));
  const auto debugging = sample.listen(sample.make("a/shop", R"([{"outcome": ["exception"]}])"));
  debugging->debug = true;
  sample.tails.publish("a/shop", "v1", run);
  CHECK(strict->events.empty());
  REQUIRE(debugging->events.size() == 1);
  CHECK(debugging->events[0]["filteredBy"] == "outcome");
}

TEST_CASE("lines that only look like a trace reach nobody, or as events that the clients can print") {
  TailSample sample;
  const auto listener = sample.listen(sample.make("a/shop"));
  for (const auto* forged : {"", "[]", "7", "{", "\xff"}) {
    sample.tails.publish("a/shop", "v1", forged);
  }
  CHECK(listener->events.empty());
  sample.tails.publish("a/shop", "v1", R"({"logs": 1, "scriptName": "other"})");
  REQUIRE(listener->events.size() == 1);
  CHECK(listener->events[0]["logs"].is_array());
  CHECK(listener->events[0]["exceptions"].is_array());
  CHECK(listener->events[0]["scriptName"] == "shop");
}

TEST_CASE("runs that were cut off are told with their outcome") {
  TailSample sample;
  const auto listener = sample.listen(sample.make("a/shop"));
  sample.tails.publish_cut_off("a/shop", "v1", "exceededCpu", "an endless loop");
  REQUIRE(listener->events.size() == 1);
  CHECK(listener->events[0]["outcome"] == "exceededCpu");
  CHECK(listener->events[0]["exceptions"][0]["message"] == "an endless loop");
}

TEST_CASE("a tail ends by DELETE, with its Worker, and by its time") {
  TailSample sample;
  const auto first = sample.make("a/shop");
  const auto listener = sample.listen(first);
  CHECK_FALSE(sample.tails.remove("b/shop", first)); // another account's
  CHECK_FALSE(sample.tails.remove("a/other", first));
  CHECK(sample.tails.remove("a/shop", first));
  sample.run_loop();
  REQUIRE(listener->ended);
  CHECK(listener->ended->code == 1000);
  CHECK(sample.tails.find(first) == Tails::Found::over);
  CHECK(sample.tails.find("00000000000000000000000000000000") == Tails::Found::unknown);

  const auto second = sample.make("a/shop");
  const auto removed_with_it = sample.listen(second);
  sample.tails.remove_all("a/shop");
  sample.run_loop();
  CHECK(removed_with_it->ended);

  const auto third = sample.make("a/shop");
  CHECK(sample.tails.list("a/shop").size() == 1);
  CHECK(sample.tails.list("b/shop").empty());
  sample.clock.advance(6h);
  CHECK(sample.tails.find(third) == Tails::Found::over);
  CHECK(sample.tails.list("a/shop").empty());
}

TEST_CASE("whoever connects again takes the place of who was there before") {
  TailSample sample;
  const auto id = sample.make("a/shop");
  const auto before = sample.listen(id);
  const auto after = sample.listen(id);
  CHECK(before->ended);
  sample.tails.detach(id, *before); // late
  sample.tails.publish("a/shop", "v1", run);
  CHECK(before->events.empty());
  CHECK(after->events.size() == 1);
}

TEST_CASE("a Worker and an account have so many tails; those without a listener give way") {
  TailSample sample;
  std::vector<std::string> made;
  std::vector<std::shared_ptr<Listener>> listeners;
  for (int i = 0; i < 3; ++i) {
    made.push_back(sample.make("a/shop"));
  }
  listeners.push_back(sample.listen(made[0]));
  const auto refused = sample.tails.create("a/shop", {});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().status == 403);
  CHECK(sample.tails.create("b/shop", {})); // another account
  CHECK(sample.tails.create("a/other", {}));
  CHECK(sample.tails.create("a/other", {}));
  CHECK_FALSE(sample.tails.create("a/third", {})); // the account has five
  sample.clock.advance(61s);
  CHECK(sample.tails.create("a/shop", {}));
  CHECK(sample.tails.find(made[0]) == Tails::Found::here);
  CHECK(sample.tails.find(made[1]) == Tails::Found::over);
}

TEST_CASE("at the server's end all are sent off, and nobody is let in") {
  TailSample sample;
  const auto id = sample.make("a/shop");
  const auto listener = sample.listen(id);
  sample.tails.stop();
  REQUIRE(listener->ended);
  CHECK(listener->ended->code == 1001);
  CHECK(sample.tails.find(id) == Tails::Found::over);
  CHECK_FALSE(sample.tails.create("a/shop", {}));
}

TEST_CASE("what was lost is told in a form that the clients print") {
  const auto notice = Json::parse(lost_notice(12, std::chrono::system_clock::time_point(5s)));
  CHECK(notice["event"]["type"] == "overload");
  CHECK(notice["event"]["message"].get<std::string>().starts_with("12 events were left out"));
  CHECK(notice["logs"].is_array());
  CHECK(notice["exceptions"].is_array());
  CHECK(notice["eventTimestamp"] == 5000);
}
