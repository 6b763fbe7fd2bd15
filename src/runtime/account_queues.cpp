#include <runtime/account_queues.hpp>
#include <runtime/account_stores.hpp>
#include <runtime/guest_store.hpp>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <set>

namespace pyw::runtime {

namespace {

constexpr std::string_view consumer_service = "consumer";

void add_consumer_service(const ServiceInput& input, LocalServices& out) {
  add_registry(input, out);
  const auto module = [&](const char* name) { return embedded_script(name, input.guest / name); };
  const auto worker =
      capnp_struct({{"compatibilityDate", capnp_string("2026-01-01")},
                    {"modules", capnp_list({module("queue_consumer.js"), module("external.js")}, 6)},
                    {"bindings",
                     capnp_list({binding("REGISTRY", "service", capnp_string(registry_service)),
                                 binding("DEBUG", "workerdDebugPort", "void")},
                                6)}});
  out.services.push_back(capnp_struct({{"name", capnp_string(consumer_service)}, {"worker", worker}}));
}

} // namespace

std::string
plan_queues(const ServiceInput& input, const AccountQueues& queues, std::vector<Path>& directories) {
  LocalServices services;
  std::set<std::string> workers;
  auto settings = nlohmann::ordered_json::object();
  for (const auto& consumer : queues.consumers) {
    workers.insert(consumer.worker);
    settings[consumer.settings.queue] = consumer_settings(consumer.settings, "consumer:" + consumer.worker);
  }
  std::vector<std::string> bindings;
  for (const auto& worker : workers) {
    const auto props = nlohmann::ordered_json{{"worker", worker}}.dump();
    bindings.push_back(binding("consumer:" + worker, "service", designator(consumer_service, "", props)));
  }
  if (!workers.empty()) {
    add_consumer_service(input, services);
  }
  const nlohmann::ordered_json delays(queues.delays);
  add_queue_service(input, services, std::move(bindings), settings.dump(), delays.dump());
  directories = services.directories;
  return stores_config(input, services, {binding("QUEUE", "service", capnp_string("queues"))});
}

Result<Command> prepare_queues(const RuntimeParts& parts,
                               const QueuesOptions& options,
                               const AccountQueues& queues,
                               World& world) {
  PYW_TRY_ASSIGN(const auto guest, store_guest(parts.cache, world.files));
  const config::Project nobodys;
  std::vector<Path> directories;
  const auto config = plan_queues(
      {nobodys, parts, options.state_directory, guest, {}, world.environment, {}, {}, {}, options.links},
      queues,
      directories);
  return command_of_stores(
      parts, options.run_directory / "queues.capnp", config, directories, options.listener, world);
}

} // namespace pyw::runtime
