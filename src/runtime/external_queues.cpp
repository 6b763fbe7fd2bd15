// Queues that another Worker of this machine consumes.
#include <runtime/local_services.hpp>

#include <fmt/core.h>

#include <algorithm>

namespace pyw::runtime {

namespace {

constexpr std::string_view disk = "external-queues:storage";

} // namespace

bool is_own_queue(const config::Project& project, const std::string& queue) {
  return std::ranges::any_of(project.queue_consumers,
                             [&](const auto& consumer) { return consumer.queue == queue; });
}

void add_external_queues(const ServiceInput& input, LocalServices& out) {
  const auto& producers = input.project.queue_producers;
  const bool all_are_own = std::ranges::all_of(
      producers, [&](const auto& item) { return is_own_queue(input.project, queue_name(item)); });
  if (all_are_own && foreign_dead_letter_queues(input.project).empty()) {
    return;
  }
  add_registry(input, out);
  add_disk(input, out, disk, bundled_folder("external-queues", input.state));
  const auto module = [&](const char* name) { return embedded_script(name, input.guest / name); };
  const auto objects = capnp_struct({{"className", capnp_string("Outbox")},
                                     {"uniqueKey", capnp_string("pyw-outbox")},
                                     {"enableSql", "true"}});
  const auto worker =
      capnp_struct({{"compatibilityDate", capnp_string("2026-01-01")},
                    {"modules", capnp_list({module("external_queues.js"), module("external.js")}, 6)},
                    {"bindings",
                     capnp_list({binding("REGISTRY", "service", capnp_string(registry_service)),
                                 binding("DEBUG", "workerdDebugPort", "void"),
                                 binding("OUTBOX", "durableObjectNamespace", capnp_string("Outbox"))},
                                6)},
                    {"durableObjectNamespaces", "[" + objects + "]"},
                    {"durableObjectStorage", capnp_struct({{"localDisk", capnp_string(disk)}})}});
  out.services.push_back(capnp_struct({{"name", capnp_string(external_queues_service)}, {"worker", worker}}));
}

} // namespace pyw::runtime
