#include <edge/metrics.hpp>

#include <fmt/core.h>

namespace pyw::edge {

void Metrics::Histogram::add(double seconds) {
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    at_most[i] += seconds <= bounds[i] ? 1 : 0;
  }
  ++count;
  sum += seconds;
}

std::string Metrics::Histogram::text(const std::string& name) const {
  auto out = fmt::format("# TYPE {} histogram\n", name);
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    out += fmt::format("{}_bucket{{le=\"{}\"}} {}\n", name, bounds[i], at_most[i]);
  }
  out += fmt::format("{0}_bucket{{le=\"+Inf\"}} {1}\n{0}_sum {2}\n{0}_count {1}\n", name, count, sum);
  return out;
}

void Metrics::count(const VisitRecord& visit) {
  ++m_visits[fmt::format("{}xx", visit.status / 100)];
  const auto seconds = std::chrono::duration<double>(visit.took).count();
  (visit.cold ? m_cold : m_warm).add(seconds);
}

void Metrics::count(const WorkerEvent& event) {
  if (event.kind == WorkerEvent::Kind::started) {
    ++m_starts[event.layer.empty() ? "none" : event.layer];
  } else if (event.kind == WorkerEvent::Kind::failed) {
    ++m_failures;
  }
}

void Metrics::count_api(const std::string& method, int status) {
  ++m_api[fmt::format("method=\"{}\",status=\"{}\"", method, status)];
}

std::string Metrics::text(const Now& now) const {
  std::string out;
  const auto gauge = [&](std::string_view name, auto value) {
    out += fmt::format("# TYPE {0} gauge\n{0} {1}\n", name, value);
  };
  const auto counters = [&](std::string_view name, const auto& values, std::string_view label) {
    out += fmt::format("# TYPE {} counter\n", name);
    for (const auto& [key, value] : values) {
      out += label.empty() ? fmt::format("{}{{{}}} {}\n", name, key, value)
                           : fmt::format("{}{{{}=\"{}\"}} {}\n", name, label, key, value);
    }
  };
  gauge("pyw_edge_workers", now.workers);
  gauge("pyw_edge_prepared", now.prepared);
  gauge("pyw_edge_worker_memory_bytes", now.worker_memory);
  gauge("pyw_edge_requests_under_way", now.requests);
  gauge("pyw_edge_tails", now.tails);
  counters("pyw_edge_requests_total", m_visits, "status");
  counters("pyw_edge_starts_total", m_starts, "from");
  out += fmt::format("# TYPE pyw_edge_start_failures_total counter\npyw_edge_start_failures_total {}\n",
                     m_failures);
  counters("pyw_edge_api_requests_total", m_api, "");
  out += m_warm.text("pyw_edge_warm_request_seconds");
  out += m_cold.text("pyw_edge_cold_request_seconds");
  return out;
}

} // namespace pyw::edge
