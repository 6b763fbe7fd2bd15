// A simulation of many machines that serve Workers, with the routing code of edge/sharding.hpp: paper
// traffic, no network. Prints a line of JSON for each of the policies.
//
//   sharding NODES WORKERS EXPONENT REQUESTS SEED
#include <edge/sharding.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <list>
#include <numeric>
#include <queue>
#include <random>
#include <string>
#include <unordered_map>
#include <vector>

namespace {

using pyw::edge::Shards;

// One machine, in seconds. The times are round figures near those of docs/performance.md; what is compared is
// how often a policy pays for the cold one.
constexpr double arrivals_per_node = 8;  // requests a second, Poisson
constexpr double mean_service = 0.05;    // exponential
constexpr double cold_start = 0.5;       // once more than that, when the Worker is not warm there
constexpr double longest_idle = 300;     // as `pyw edge serve --idle`
constexpr std::size_t warm_workers = 64; // as `--max-workers`
constexpr std::size_t processors = 4;    // requests at once; others wait

enum class Policy { rendezvous_bounded, rendezvous, random, round_robin };

constexpr const char* name_of(Policy policy) {
  switch (policy) {
  case Policy::rendezvous_bounded:
    return "rendezvous, bounded loads";
  case Policy::rendezvous:
    return "rendezvous";
  case Policy::random:
    return "random";
  case Policy::round_robin:
    break;
  }
  return "round robin";
}

/// Workers by number, the most popular first: P(k) ~ 1 / k^exponent.
class Zipf {
public:
  Zipf(std::size_t count, double exponent) : m_cumulated(count) {
    double sum = 0;
    for (std::size_t i = 0; i < count; ++i) {
      sum += 1 / std::pow(static_cast<double>(i + 1), exponent);
      m_cumulated[i] = sum;
    }
  }

  std::size_t operator()(double uniform) const {
    const auto found = std::upper_bound(m_cumulated.begin(), m_cumulated.end(), uniform * m_cumulated.back());
    return static_cast<std::size_t>(found - m_cumulated.begin());
  }

private:
  std::vector<double> m_cumulated;
};

class Node {
public:
  /// When a request that arrives now has been answered; whether it found its Worker cold.
  std::pair<double, bool> serve(std::size_t worker, double now, double service) {
    forget_idle(now);
    const auto known = m_places.find(worker);
    const bool cold = known == m_places.end();
    if (!cold) {
      m_recent.erase(known->second);
    }
    m_recent.push_front({worker, now});
    m_places[worker] = m_recent.begin();
    if (m_recent.size() > warm_workers) {
      m_places.erase(m_recent.back().worker);
      m_recent.pop_back();
    }
    // First come, first served, by the processor that is free first.
    double free = 0;
    if (m_busy_until.size() == processors) {
      free = m_busy_until.top();
      m_busy_until.pop();
    }
    const auto end = std::max(now, free) + service + (cold ? cold_start : 0);
    m_busy_until.push(end);
    ++m_served;
    return {end, cold};
  }

  std::size_t warm(double now) {
    forget_idle(now);
    return m_recent.size();
  }

  [[nodiscard]] std::size_t served() const { return m_served; }

private:
  struct Warm {
    std::size_t worker;
    double used;
  };

  void forget_idle(double now) {
    while (!m_recent.empty() && m_recent.back().used < now - longest_idle) {
      m_places.erase(m_recent.back().worker);
      m_recent.pop_back();
    }
  }

  std::list<Warm> m_recent;
  std::unordered_map<std::size_t, std::list<Warm>::iterator> m_places;
  std::priority_queue<double, std::vector<double>, std::greater<>> m_busy_until;
  std::size_t m_served = 0;
};

struct Simulation {
  std::size_t nodes;
  std::size_t workers;
  double exponent;
  std::size_t requests;
  std::uint64_t seed;
};

void run(const Simulation& given, Policy policy) {
  std::mt19937_64 random(given.seed); // each policy gets the same traffic
  std::mt19937_64 choice(given.seed + 1);
  std::uniform_real_distribution<double> uniform(0, 1);
  std::exponential_distribution<double> gap(arrivals_per_node * static_cast<double>(given.nodes));
  std::exponential_distribution<double> service(1 / mean_service);
  const Zipf popularity(given.workers, given.exponent);
  std::vector<std::string> names;
  for (std::size_t i = 0; i < given.nodes; ++i) {
    names.push_back("node-" + std::to_string(i));
  }
  const Shards shards(names);
  std::vector<std::uint64_t> keys;
  for (std::size_t i = 0; i < given.workers; ++i) {
    keys.push_back(pyw::edge::shard_key("worker-" + std::to_string(i)));
  }
  std::vector<Node> nodes(given.nodes);
  std::vector<std::uint32_t> loads(given.nodes);
  using Ending = std::pair<double, std::size_t>;
  std::priority_queue<Ending, std::vector<Ending>, std::greater<>> under_way;
  std::vector<double> took;
  std::vector<std::size_t> before;
  std::size_t cold = 0;
  std::size_t turn = 0;
  double now = 0;
  const auto measured_from = given.requests / 2; // the first half fills the machines
  for (std::size_t i = 0; i < given.requests; ++i) {
    now += gap(random);
    const auto worker = popularity(uniform(random));
    const auto needs = service(random);
    while (!under_way.empty() && under_way.top().first <= now) {
      --loads[under_way.top().second];
      under_way.pop();
    }
    std::size_t place = 0;
    switch (policy) {
    case Policy::rendezvous_bounded:
      place = shards.choose(keys[worker], loads);
      break;
    case Policy::rendezvous:
      place = shards.home(keys[worker]);
      break;
    case Policy::random:
      place = std::min(given.nodes - 1,
                       static_cast<std::size_t>(uniform(choice) * static_cast<double>(given.nodes)));
      break;
    case Policy::round_robin:
      place = turn++ % given.nodes;
      break;
    }
    if (i == measured_from) {
      for (const auto& node : nodes) {
        before.push_back(node.served());
      }
    }
    const auto [end, was_cold] = nodes[place].serve(worker, now, needs);
    ++loads[place];
    under_way.emplace(end, place);
    if (i >= measured_from) {
      cold += was_cold ? 1 : 0;
      took.push_back(end - now);
    }
  }
  std::sort(took.begin(), took.end());
  const auto at = [&](double share) {
    return took[static_cast<std::size_t>(share * static_cast<double>(took.size() - 1))];
  };
  std::size_t warm = 0;
  std::size_t busiest = 0;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    warm += nodes[i].warm(now);
    busiest = std::max(busiest, nodes[i].served() - before[i]);
  }
  const auto count = static_cast<double>(took.size());
  std::printf(
      "{\"policy\": \"%s\", \"nodes\": %zu, \"workers\": %zu, \"exponent\": %g, \"requests\": %zu, "
      "\"cold_percent\": %.3f, \"p50_ms\": %.1f, \"p99_ms\": %.1f, \"warm\": %zu, \"busiest\": %.3f}\n",
      name_of(policy),
      given.nodes,
      given.workers,
      given.exponent,
      took.size(),
      100 * static_cast<double>(cold) / count,
      1000 * at(0.5),
      1000 * at(0.99),
      warm,
      static_cast<double>(busiest) * static_cast<double>(given.nodes) / count);
}

} // namespace

int main(int count, char** arguments) {
  if (count != 6) {
    std::fputs("usage: sharding NODES WORKERS EXPONENT REQUESTS SEED\n", stderr);
    return 2;
  }
  const Simulation given{std::strtoull(arguments[1], nullptr, 10),
                         std::strtoull(arguments[2], nullptr, 10),
                         std::strtod(arguments[3], nullptr),
                         std::strtoull(arguments[4], nullptr, 10),
                         std::strtoull(arguments[5], nullptr, 10)};
  if (given.nodes == 0 || given.workers == 0 || given.requests < 2) {
    std::fputs("all numbers are at least 1, the requests 2\n", stderr);
    return 2;
  }
  for (const auto policy :
       {Policy::rendezvous_bounded, Policy::rendezvous, Policy::random, Policy::round_robin}) {
    run(given, policy);
  }
  return 0;
}
