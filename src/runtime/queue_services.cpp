// What workerd's queues leave to those who use them: a producer's own delay, and dead letters for another
// Worker.
#include <runtime/local_services.hpp>

#include <fmt/core.h>

#include <map>
#include <set>

namespace pyw::runtime {

namespace {

/// A service that reaches queues, each by a binding `queue:NAME` made from its designator or name.
void add_service(const ServiceInput& input,
                 LocalServices& out,
                 std::string_view name,
                 const char* script,
                 const std::vector<std::string>& bindings) {
  const auto module = "[" + embedded_script(script, input.guest / script) + "]";
  const auto worker = capnp_struct({{"compatibilityDate", capnp_string("2026-01-01")},
                                    {"modules", module},
                                    {"bindings", capnp_list(bindings, 6)}});
  out.services.push_back(capnp_struct({{"name", capnp_string(name)}, {"worker", worker}}));
}

} // namespace

void add_delayed_queues(const ServiceInput& input, LocalServices& out) {
  std::map<std::string, std::string> bindings; // by queue: two producers may name one
  for (const auto& producer : input.project.queue_producers) {
    if (producer.delivery_delay) {
      const auto queue = queue_name(producer);
      bindings.emplace(queue, binding("queue:" + queue, "service", queue_designator(input.project, queue)));
    }
  }
  std::vector<std::string> texts;
  for (auto& [queue, text] : bindings) {
    texts.push_back(std::move(text));
  }
  if (!texts.empty()) {
    add_service(input, out, delayed_queues_service, "delayed_queues.js", texts);
  }
}

std::vector<std::string> foreign_dead_letter_queues(const config::Project& project) {
  std::set<std::string> queues;
  for (const auto& consumer : project.queue_consumers) {
    if (consumer.dead_letter_queue && !is_own_queue(project, *consumer.dead_letter_queue)) {
      queues.insert(*consumer.dead_letter_queue);
    }
  }
  return {queues.begin(), queues.end()};
}

void add_dead_letters(const ServiceInput& input, LocalServices& out) {
  std::vector<std::string> bindings;
  for (const auto& queue : foreign_dead_letter_queues(input.project)) {
    bindings.push_back(binding("queue:" + queue, "queue", queue_designator(input.project, queue)));
  }
  if (!bindings.empty()) {
    add_service(input, out, dead_letters_service, "dead_letters.js", bindings);
  }
}

} // namespace pyw::runtime
