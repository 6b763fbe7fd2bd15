#include <edge/sharding.hpp>
#include <support/catch.hpp>

#include <algorithm>
#include <set>

using namespace pyw::edge;

namespace {

std::vector<std::string> names(std::size_t count) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < count; ++i) {
    out.push_back("node-" + std::to_string(i));
  }
  return out;
}

} // namespace

TEST_CASE("Workers are spread evenly, and each always goes to the same place") {
  const Shards shards(names(10));
  std::vector<int> homes(10);
  for (int i = 0; i < 10'000; ++i) {
    const auto key = shard_key("worker-" + std::to_string(i));
    const auto home = shards.home(key);
    CHECK(home == shards.home(key));
    CHECK(home == shards.ranking(key).front());
    ++homes[home];
  }
  for (const auto count : homes) { // a binomial distribution: 1000 +- 30
    CHECK(count > 850);
    CHECK(count < 1150);
  }
}

TEST_CASE("when a place goes, only its own Workers move, and they spread over the others") {
  auto before_names = names(10);
  const Shards before(before_names);
  auto after_names = before_names;
  after_names.erase(after_names.begin() + 3);
  const Shards after(after_names);
  std::set<std::string> taken_over_by;
  for (int i = 0; i < 2'000; ++i) {
    const auto key = shard_key("worker-" + std::to_string(i));
    const auto& old_home = before_names[before.home(key)];
    const auto& new_home = after_names[after.home(key)];
    if (old_home == "node-3") {
      taken_over_by.insert(new_home);
    } else {
      CHECK(old_home == new_home);
    }
  }
  CHECK(taken_over_by.size() == 9);
}

TEST_CASE("the order of the places does not matter to where a Worker goes") {
  auto forward = names(7);
  auto backward = forward;
  std::reverse(backward.begin(), backward.end());
  const Shards one(forward);
  const Shards other(backward);
  for (int i = 0; i < 500; ++i) {
    const auto key = shard_key(std::to_string(i));
    CHECK(forward[one.home(key)] == backward[other.home(key)]);
  }
}

TEST_CASE(
    "a Worker with all the traffic fills its places in the order of its ranking, none beyond the bound") {
  const Shards shards(names(10));
  const auto key = shard_key("popular");
  const auto ranking = shards.ranking(key);
  std::vector<std::uint32_t> loads(10);
  for (std::uint32_t sent = 1; sent <= 400; ++sent) {
    ++loads[shards.choose(key, loads, {1.25, 1})];
    const auto most = *std::max_element(loads.begin(), loads.end());
    CHECK(most <= static_cast<std::uint32_t>(1.25 * sent / 10 + 1));
    // Those at the end of the ranking get something only when those before have more.
    for (std::size_t i = 1; i < ranking.size(); ++i) {
      CHECK(loads[ranking[i]] <= loads[ranking[i - 1]] + 1);
    }
  }
  CHECK(loads[ranking.front()] == 50);
  CHECK(loads[ranking.back()] < 50);
}

TEST_CASE("a few requests at once stay together, though the average is far below one") {
  const Shards shards(names(100));
  const auto key = shard_key("rare");
  std::vector<std::uint32_t> loads(100);
  for (int i = 0; i < 8; ++i) {
    const auto place = shards.choose(key, loads);
    CHECK(place == shards.home(key));
    ++loads[place];
  }
  CHECK(shards.choose(key, loads) == shards.ranking(key)[1]);
}

TEST_CASE("while nothing is under way a request goes home") {
  const Shards shards(names(100));
  const std::vector<std::uint32_t> idle(100);
  for (int i = 0; i < 200; ++i) {
    const auto key = shard_key(std::to_string(i));
    CHECK(shards.choose(key, idle) == shards.home(key));
  }
  const Shards one(names(1));
  CHECK(one.choose(7, std::vector<std::uint32_t>{1000}, {1.0, 1}) == 0);
}
