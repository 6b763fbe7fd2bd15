#include <base/platform.hpp>
#include <devserver/session_facts.hpp>

#include <fmt/core.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

namespace pyw::devserver {

std::string to_json(const SessionFacts& facts) {
  const auto started =
      std::chrono::duration_cast<std::chrono::milliseconds>(facts.started.time_since_epoch()).count();
  auto workers = nlohmann::json::array();
  int serving_pid = 0;
  for (const auto& [generation, pid] : facts.workers) {
    if (generation == facts.generation) {
      serving_pid = pid;
    }
    workers.push_back({fmt::format("workerd, generation {}", generation), platform::resident_memory(pid)});
  }
  if (facts.standby != 0) {
    workers.push_back({facts.standby_is_ready ? "workerd, waiting for the next save"
                                              : "workerd, for the next save, starting",
                       platform::resident_memory(facts.standby)});
  }
  const nlohmann::json json{
      {"id", fmt::format("{}-{}", ::getpid(), started)},
      {"name", facts.name},
      {"url", facts.url},
      {"started", started},
      {"generation", facts.generation},
      {"serving", facts.generation != 0},
      {"pid", serving_pid},
      {"standby", facts.standby},
      {"rehearsed", facts.standby_has_rehearsed},
      {"error", facts.error},
      {"crons", facts.crons},
      {"memory", {{"pyw", platform::resident_memory(::getpid())}, {"workers", std::move(workers)}}}};
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

} // namespace pyw::devserver
