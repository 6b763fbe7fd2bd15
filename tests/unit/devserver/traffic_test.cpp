#include <devserver/traffic.hpp>
#include <support/catch.hpp>

using namespace pyw::devserver;

namespace {

struct CountedExchange final : Exchange {
  int cuts = 0;

  void cut() override { ++cuts; }
};

} // namespace

TEST_CASE("requests wait until there is a target, and while it is held") {
  Traffic traffic([](Generation) {});
  int woken = 0;
  CHECK_FALSE(traffic.is_known());
  traffic.release(); // nothing to go to yet
  CHECK_FALSE(traffic.is_known());
  traffic.when_changed([&] { ++woken; });
  traffic.set(Route{1, "socket"});
  CHECK(woken == 1);
  CHECK(traffic.is_known());
  traffic.hold();
  CHECK_FALSE(traffic.is_known());
  traffic.release();
  CHECK(traffic.is_known());
  CHECK(woken == 1); // each is called once
}

TEST_CASE("the end of the last exchange of an old generation is told, of the current one not") {
  std::vector<Generation> idle;
  Traffic traffic([&](Generation generation) { idle.push_back(generation); });
  CountedExchange one;
  CountedExchange two;
  traffic.set(Route{1, "socket"});
  traffic.begin(1, one);
  traffic.begin(1, two);
  CHECK(traffic.active(1) == 2);
  traffic.end(1, one);
  traffic.set(Route{2, "socket"});
  CHECK(idle.empty());
  traffic.cut(1);
  CHECK(one.cuts == 0);
  CHECK(two.cuts == 1);
  traffic.end(1, two);
  CHECK(idle == std::vector<Generation>{1});
  traffic.end(1, two); // a second time is nothing
  CHECK(idle.size() == 1);
  traffic.begin(2, one);
  traffic.end(2, one);
  CHECK(idle.size() == 1);
}
