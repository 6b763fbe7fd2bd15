// What the server counts, in Prometheus' text format (version 0.0.4). Totals only: nothing of one account can
// be read from them.
#pragma once

#include <edge/gateway.hpp>
#include <edge/pool.hpp>

#include <array>
#include <cstdint>
#include <map>
#include <string>

namespace pyw::edge {

/// On one thread.
class Metrics {
public:
  void count(const VisitRecord& visit);
  void count(const WorkerEvent& event);
  void count_api(const std::string& method, int status);

  struct Now {
    std::size_t workers = 0;
    std::size_t prepared = 0; ///< processes that wait for a Worker
    std::size_t requests = 0;
    std::size_t tails = 0;           ///< that somebody is connected to
    std::uint64_t worker_memory = 0; ///< bytes in RAM of all Workers' processes
  };

  [[nodiscard]] std::string text(const Now& now) const;

private:
  static constexpr std::array<double, 10> bounds{
      0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10}; // seconds

  struct Histogram {
    std::array<std::uint64_t, bounds.size()> at_most{};
    std::uint64_t count = 0;
    double sum = 0;
    void add(double seconds);
    [[nodiscard]] std::string text(const std::string& name) const;
  };

  std::map<std::string, std::uint64_t> m_visits; ///< by class of status: "2xx"
  Histogram m_warm;
  Histogram m_cold;
  std::map<std::string, std::uint64_t> m_starts; ///< by the snapshot's layer
  std::uint64_t m_failures = 0;
  std::map<std::string, std::uint64_t> m_api; ///< by `method="GET",status="200"`
};

} // namespace pyw::edge
