#include <devserver/session.hpp>
#include <support/catch.hpp>

#include <fmt/core.h>

#include <csignal>

using namespace pyw;
using namespace pyw::devserver;

namespace {

std::string name_of(const DevEffect& effect) {
  struct Namer {
    std::string operator()(const StartSettleTimer&) const { return "settle"; }

    std::string operator()(const Prepare& e) const {
      return (e.check == PartsCheck::thorough ? "check and prepare " : "prepare ") +
             std::to_string(e.generation);
    }

    std::string operator()(const StartWorker& e) const { return "start " + std::to_string(e.generation); }

    std::string operator()(const HoldRequests&) const { return "hold"; }

    std::string operator()(const RouteTo& e) const { return "route " + std::to_string(e.generation); }

    std::string operator()(const LetEventsIn& e) const {
      return fmt::format("events {}{}",
                         e.generation,
                         e.after.count() == 0 ? "" : fmt::format(" after {} s", e.after.count()));
    }

    std::string operator()(const ReleaseToServing&) const { return "release"; }

    std::string operator()(const AnswerWithError& e) const {
      return "answer " + std::string(e.error.message());
    }

    std::string operator()(const Drain& e) const { return "drain " + std::to_string(e.generation); }

    std::string operator()(const Kill& e) const { return "kill " + std::to_string(e.generation); }

    std::string operator()(const AnnounceReady& e) const {
      return (e.first ? "first ready " : "ready ") + std::to_string(e.generation);
    }

    std::string operator()(const AnnounceUnchanged&) const { return "unchanged"; }

    std::string operator()(const Report& e) const { return "report " + std::string(e.error.message()); }

    std::string operator()(const Finish&) const { return "finish"; }
  };

  return std::visit(Namer{}, effect);
}

/// A session driven by hand: each call returns the effects as words.
class Session {
public:
  std::vector<std::string> operator()(const DevEvent& event) {
    auto next = step(std::move(m_state), event);
    m_state = std::move(next.state);
    std::vector<std::string> words;
    for (const auto& effect : next.effects) {
      words.push_back(name_of(effect));
    }
    return words;
  }

private:
  DevState m_state;
};

using Words = std::vector<std::string>;
constexpr Exit exit_ok{Exit::Kind::exited, 0};
constexpr Exit killed{Exit::Kind::signalled, SIGKILL};

Session serving_session(Storage storage = Storage::none) {
  Session session;
  CHECK(session(Started{}) == Words{"prepare 1"});
  CHECK(session(Prepared{1, {"a", storage}}) == Words{"start 1"});
  CHECK(session(WorkerReady{1}) == Words{"route 1", "first ready 1", "events 1"});
  return session;
}

} // namespace

TEST_CASE("a save holds requests until the new code is ready, then the old one drains") {
  auto session = serving_session();
  CHECK(session(FilesChanged{}) == Words{"hold", "settle"});
  CHECK(session(FilesChanged{}) == Words{"settle"});
  CHECK(session(Settled{}) == Words{"prepare 2"});
  CHECK(session(Prepared{2, {"b", Storage::none}}) == Words{"start 2"});
  CHECK(session(WorkerReady{2}) == Words{"drain 1", "route 2", "ready 2", "events 2"});
  CHECK(session(WorkerEnded{1, exit_ok, {}}) == Words{});
}

TEST_CASE("a Worker with data is handed over: the old one has ended before the new one gets requests") {
  auto session = serving_session(Storage::exclusive);
  session(FilesChanged{});
  session(Settled{});
  session(Prepared{2, {"b", Storage::exclusive}});
  CHECK(session(WorkerReady{2}) == Words{"drain 1"});
  CHECK(session(WorkerEnded{1, exit_ok, {}}) == Words{"route 2", "ready 2", "events 2"});
}

TEST_CASE("a save that changes nothing starts nothing") {
  auto session = serving_session();
  session(FilesChanged{});
  session(Settled{});
  CHECK(session(Prepared{2, {"a", Storage::none}}) == Words{"release", "unchanged"});
}

TEST_CASE("broken code is shown and the old code keeps serving") {
  auto session = serving_session();
  session(FilesChanged{});
  session(Settled{});
  SECTION("when it cannot be prepared") {
    CHECK(session(PrepareFailed{2, user_error("syntax")}) == Words{"report syntax", "release"});
  }
  SECTION("when its top level fails") {
    session(Prepared{2, {"b", Storage::none}});
    CHECK(session(WorkerEnded{2, {Exit::Kind::exited, 1}, user_error("traceback")}) ==
          Words{"report traceback", "release"});
  }
  CHECK(session(FilesChanged{}) == Words{"hold", "settle"});
}

TEST_CASE("when nothing serves yet, requests get the error until a save mends it") {
  Session session;
  session(Started{});
  CHECK(session(PrepareFailed{1, user_error("no main")}) == Words{"report no main", "answer no main"});
  CHECK(session(FilesChanged{}) == Words{"hold", "settle"});
  session(Settled{});
  session(Prepared{2, {"a", Storage::none}});
  CHECK(session(WorkerReady{2}) == Words{"route 2", "first ready 2", "events 2"});
}

TEST_CASE("a change during the preparation makes it start again") {
  auto session = serving_session();
  session(FilesChanged{});
  session(Settled{});
  SECTION("while preparing") {
    CHECK(session(FilesChanged{}) == Words{});
    CHECK(session(Prepared{2, {"b", Storage::none}}) == Words{"prepare 3"});
  }
  SECTION("while starting") {
    session(Prepared{2, {"b", Storage::none}});
    session(FilesChanged{});
    CHECK(session(WorkerReady{2}) == Words{"kill 2", "prepare 3"});
  }
  SECTION("after a failure nobody needs to see any more") {
    session(FilesChanged{});
    CHECK(session(PrepareFailed{2, user_error("half saved")}) == Words{"prepare 3"});
  }
}

TEST_CASE("workerd dying on its own is started again") {
  auto session = serving_session();
  CHECK(session(WorkerEnded{1, killed, {}}) ==
        Words{"report workerd ended with signal 9 (Killed); starting it again", "hold", "prepare 2"});
}

TEST_CASE("what kills the Worker again before it serves is given some tries: a queue gives its message up") {
  auto session = serving_session();
  const auto poisoned = user_error("too much memory");
  CHECK(session(WorkerEnded{1, killed, poisoned}) == Words{"report too much memory", "hold", "prepare 2"});
  for (int number = 2; number < 7; ++number) {
    session(Prepared{Generation(number), {"a"}});
    CHECK(session(WorkerEnded{Generation(number), killed, poisoned}) ==
          Words{"report too much memory", fmt::format("prepare {}", number + 1)});
  }
  session(Prepared{7, {"a"}});
  CHECK(session(WorkerEnded{7, killed, poisoned}).size() == 2); // reported, and every request gets it
  SECTION("a save is a start like the first") {
    session(FilesChanged{});
    session(Settled{});
    session(Prepared{8, {"b"}});
    CHECK(session(WorkerEnded{8, killed, poisoned}).size() == 2);
  }
}

TEST_CASE("a Worker that ends again and again serves first, and events wait longer each time") {
  auto session = serving_session();
  Generation generation = 1;
  const auto dies_and_serves_again = [&] {
    session(WorkerEnded{generation, killed, {}});
    session(Prepared{++generation, {"a"}});
    return session(WorkerReady{generation}).back();
  };
  CHECK(dies_and_serves_again() == "events 2");
  CHECK(dies_and_serves_again() == "events 3 after 1 s");
  CHECK(dies_and_serves_again() == "events 4 after 2 s");
  SECTION("up to a minute") {
    for (int death = 0; death < 10; ++death) {
      dies_and_serves_again();
    }
    CHECK(dies_and_serves_again() == "events 15 after 64 s");
  }
  SECTION("not when one of them has lived on") {
    session(LivedOn{3});
    CHECK(dies_and_serves_again() == "events 5 after 4 s");
    session(LivedOn{5});
    CHECK(dies_and_serves_again() == "events 6");
  }
  SECTION("not when the code was mended") {
    session(FilesChanged{});
    session(Settled{});
    session(Prepared{5, {"b"}});
    CHECK(session(WorkerReady{5}).back() == "events 5");
  }
}

TEST_CASE("a runtime that waited and died as the save came is not the save's fault") {
  auto session = serving_session();
  session(FilesChanged{});
  session(Settled{});
  session(Prepared{2, {"b"}});
  SECTION("it starts anew") {
    CHECK(session(WorkerEnded{2, killed, {}, false, Start::from_standby}) == Words{"prepare 3"});
  }
  SECTION("but what the code itself says counts") {
    CHECK(session(WorkerEnded{2, killed, user_error("no such module"), false, Start::from_standby}) ==
          Words{"report no such module", "release"});
  }
}

TEST_CASE("a start that fails without a word has the runtime's parts checked, once") {
  Session session;
  session(Started{});
  session(Prepared{1, {"a"}});
  SECTION("when it dies") {
    CHECK(session(WorkerEnded{1, {Exit::Kind::signalled, SIGSEGV}, std::nullopt}) ==
          Words{"check and prepare 2"});
  }
  SECTION("when the system refuses to run it") {
    CHECK(session(WorkerEnded{1, {Exit::Kind::exited, 127}, user_error("format"), true}) ==
          Words{"check and prepare 2"});
  }
  session(Prepared{2, {"a"}});
  const auto effects = session(WorkerEnded{2, {Exit::Kind::signalled, SIGSEGV}, std::nullopt});
  REQUIRE(effects.size() == 2);
  CHECK(effects[0].starts_with("report the Worker did not start"));
}

TEST_CASE("stopping drains what serves, and a second time kills it") {
  auto session = serving_session();
  CHECK(session(StopAsked{}) == Words{"drain 1"});
  CHECK(session(FilesChanged{}) == Words{});
  SECTION("it ends by itself") {
    CHECK(session(WorkerEnded{1, exit_ok, {}}) == Words{"finish"});
  }
  SECTION("no more patience") {
    CHECK(session(StopAsked{}) == Words{"kill 1"});
    CHECK(session(WorkerEnded{1, killed, {}}) == Words{"finish"});
  }
}

TEST_CASE("stopping before anything runs finishes at once") {
  Session session;
  session(Started{});
  CHECK(session(StopAsked{}) == Words{"finish"});
  CHECK(session(Prepared{1, {"a", Storage::none}}) == Words{});
}
