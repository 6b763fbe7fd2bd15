// KV, D1, queues, cron, workflows and static assets: services that workerd itself carries.
#include <runtime/local_services.hpp>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <limits>

namespace pyw::runtime {

namespace {

using nlohmann::ordered_json;

// The date the bundled services were written against; they belong to the program, not to the user's choice.
constexpr std::string_view bundled_service_date = "2026-01-01";

struct BundledService {
  std::string_view name;
  std::string_view object_class; ///< its Durable Object class, empty: none of its own
  std::string_view object_binding = {};
  std::vector<std::string> bindings = {};
  std::vector<std::string> flags = {};
  /// The field of its properties that names a resource; where it is set, requests name it in a header.
  std::string_view named_by = {};
  /// Modules of the guest, of which the first stands for the service's own, which it imports.
  std::vector<std::string_view> guest_modules = {};
};

/// The modules of a service: its own one, for shared stores behind one that reads the header.
std::string modules_of(const ServiceInput& input, const BundledService& service) {
  const auto own = fmt::format("(name = \"{0}.js\", bundled = \"/workerd/{0}.js\")", service.name);
  const auto guest = [&](std::string_view name) { return embedded_script(name, input.guest / name); };
  if (!service.guest_modules.empty()) {
    std::vector<std::string> modules;
    for (const auto& name : service.guest_modules) {
      modules.push_back(guest(name));
    }
    modules.push_back(own);
    return capnp_list(modules, 8);
  }
  if (service.named_by.empty()) {
    return "[" + own + "]";
  }
  const auto main = fmt::format("import service from \"{0}.js\";\n"
                                "export {{ {1} }} from \"{0}.js\";\n"
                                "import {{ named }} from \"store_names.js\";\n"
                                "export default named(service, \"{2}\");\n",
                                service.name,
                                service.object_class,
                                service.named_by);
  return capnp_list({capnp_module("main.js", "esModule", capnp_string(main)), own, guest("store_names.js")},
                    8);
}

void add_bundled(const ServiceInput& input, LocalServices& out, BundledService service) {
  const auto disk = fmt::format("{}:storage", service.name);
  add_disk(input, out, disk, bundled_folder(service.name, input.state));
  std::string namespaces;
  if (!service.object_class.empty()) {
    service.bindings.insert(
        service.bindings.begin(),
        binding(service.object_binding, "durableObjectNamespace", capnp_string(service.object_class)));
    namespaces = "[" +
                 capnp_struct({{"className", capnp_string(service.object_class)},
                               {"uniqueKey", capnp_string(service.object_class)},
                               {"enableSql", "true"}}) +
                 "]";
  }
  std::vector<std::string> flags;
  for (const auto& flag : service.flags) {
    flags.push_back(capnp_string(flag));
  }
  const auto worker =
      capnp_struct({{"compatibilityDate", capnp_string(bundled_service_date)},
                    {"compatibilityFlags", flags.empty() ? "" : capnp_list(flags, 6)},
                    {"modules", modules_of(input, service)},
                    {"bindings", capnp_list(service.bindings, 6)},
                    {"durableObjectNamespaces", namespaces},
                    {"durableObjectStorage", capnp_struct({{"localDisk", capnp_string(disk)}})}});
  out.services.push_back(capnp_struct({{"name", capnp_string(service.name)}, {"worker", worker}}));
}

} // namespace

nlohmann::ordered_json consumer_settings(const config::QueueConsumer& consumer, const std::string& service) {
  ordered_json settings{{"consumer", service}};
  const auto set = [&](const char* key, const auto& value) {
    if (value) {
      settings[key] = *value;
    }
  };
  set("maxBatchSize", consumer.max_batch_size);
  set("maxBatchTimeout", consumer.max_batch_timeout);
  set("maxRetries", consumer.max_retries);
  set("deadLetterQueue", consumer.dead_letter_queue);
  set("maxConcurrency", consumer.max_concurrency);
  set("retryDelay", consumer.retry_delay);
  return settings;
}

namespace {

void add_queues(const ServiceInput& input, LocalServices& out) {
  const auto& project = input.project;
  if (!input.queues.empty()) {
    for (const auto& producer : project.queue_producers) {
      out.bindings.push_back(
          binding(producer.binding,
                  "queue",
                  shared_queue(input, out, queue_name(producer), producer.delivery_delay)));
    }
    return;
  }
  for (const auto& producer : project.queue_producers) {
    out.bindings.push_back(
        queue_binding(producer.binding, project, queue_name(producer), producer.delivery_delay));
  }
  if (project.queue_consumers.empty()) {
    return;
  }
  auto consumers = ordered_json::object();
  for (const auto& consumer : project.queue_consumers) {
    consumers[consumer.queue] = consumer_settings(consumer, "worker");
  }
  std::vector<std::string> bindings{binding("worker", "service", capnp_string(worker_service))};
  for (const auto& queue : foreign_dead_letter_queues(project)) {
    // Sent on as they come, and never given up (guest/dead_letters.js).
    consumers[queue] = {{"consumer", "dead-letters"},
                        {"maxBatchTimeout", 0},
                        {"maxRetries", std::numeric_limits<int>::max()},
                        {"retryDelay", 1},
                        {"maxConcurrency", 1}};
  }
  if (consumers.size() > project.queue_consumers.size()) {
    bindings.push_back(binding("dead-letters", "service", capnp_string(dead_letters_service)));
  }
  bindings.push_back(binding("CONSUMERS", "json", capnp_string(consumers.dump())));
  add_bundled(input, out, {"queues", "QueueShard", "SHARD", bindings, {"service_binding_extra_handlers"}});
}

void add_cron(const ServiceInput& input, LocalServices& out) {
  if (!input.project.crons || input.project.crons->empty()) {
    return;
  }
  auto schedules = ordered_json::array();
  for (const auto& cron : *input.project.crons) {
    schedules.push_back(cron.value);
  }
  add_bundled(input,
              out,
              {"cron",
               "Schedule",
               "SCHEDULE",
               {binding("worker", "service", capnp_string(worker_service)),
                binding("CRONS", "json", capnp_string(ordered_json{{"worker", schedules}}.dump()))},
               {"service_binding_extra_handlers"}});
}

void add_workflows(const ServiceInput& input, LocalServices& out) {
  std::vector<std::string> objects;
  std::vector<std::string> engine;
  auto names = ordered_json::object();
  for (const auto& workflow : input.project.workflows) {
    if (!is_own_workflow(input.project, workflow)) {
      continue; // a class of another Worker: see add_external_workers
    }
    out.bindings.push_back(workflow_binding(workflow.binding, workflow.name));
    if (names.contains(workflow.name)) {
      continue; // bound under two names
    }
    names[workflow.name] = ordered_json::object();
    objects.push_back(workflow_instances("workflow:" + workflow.name, workflow.name));
    engine.push_back(capnp_struct({{"className", capnp_string(workflow.class_name)},
                                   {"name", capnp_string(workflow.name)},
                                   {"bindingService", workflow_service(workflow.name)}}));
  }
  if (objects.empty()) {
    return;
  }
  objects.push_back(binding("WORKFLOWS", "json", capnp_string(names.dump())));
  BundledService service{"workflows", "", "", objects, {"workflows_preserve_non_retryable_error_message"}};
  if (!input.links.empty()) { // its process is ended when nothing runs, and may be killed
    service.guest_modules = {"workflow_engine.js"};
  }
  add_bundled(input, out, std::move(service));
  out.worker_fields.emplace_back("workflowsEngine",
                                 capnp_struct({{"actorClass", designator("workflows", "Engine", "")},
                                               {"workflows", capnp_list(engine, 8)}}));
}

/// The files themselves are looked up at each request; only the rules are part of the configuration.
void add_assets(const ServiceInput& input, LocalServices& out) {
  const auto& assets = input.project.assets;
  if (!assets || !assets->directory) {
    return;
  }
  ordered_json settings = ordered_json::object();
  const auto set = [&](const char* key, const config::OptionalText& value) {
    if (value) {
      settings[key] = *value;
    }
  };
  set("html_handling", assets->html_handling);
  set("not_found_handling", assets->not_found_handling);
  set("base_path", assets->base_path);
  if (assets->run_worker_first) {
    settings["run_worker_first"] = config::to_json(*assets->run_worker_first);
  }
  for (const auto& [key, text] : input.asset_files) {
    settings[key] = text;
  }
  const auto directory = (input.project.root / *assets->directory).lexically_normal();
  out.services.push_back(
      capnp_struct({{"name", capnp_string("assets")},
                    {"assets",
                     capnp_struct({{"path", capnp_string(directory.string())},
                                   {"userWorker", input.project.main ? capnp_string(worker_service) : ""},
                                   {"config", capnp_string(settings.dump())}})}}));
  out.entry = "assets";
  if (assets->binding) {
    out.bindings.push_back(binding(*assets->binding, "service", designator("assets", "AssetWorker", "")));
  }
}

} // namespace

StateLayout layout_of(const Path& state) {
  return state.filename() == "v3" ? StateLayout::wrangler : StateLayout::own;
}

std::string bundled_folder(std::string_view service, const Path& state) {
  // Beside what wrangler keeps under that name, not in it.
  return fmt::format("{}{}", layout_of(state) == StateLayout::wrangler ? "pyw-" : "", service);
}

namespace {

BundledService kv_service() {
  return {"kv", "KVNamespace", "SHARD", {binding("BLOBS", "service", capnp_string("kv:storage"))}};
}

BundledService d1_service() {
  return {"d1", "D1Database", "DATABASE"};
}

} // namespace

void add_queue_service(const ServiceInput& input,
                       LocalServices& out,
                       std::vector<std::string> bindings,
                       std::string_view consumers,
                       std::string_view delays) {
  bindings.push_back(binding("CONSUMERS", "json", capnp_string(consumers)));
  bindings.push_back(binding("DELAYS", "json", capnp_string(delays)));
  bindings.push_back(binding("FILES", "service", capnp_string("queues:storage")));
  add_bundled(input,
              out,
              {"queues",
               "QueueShard",
               "SHARD",
               std::move(bindings),
               {"service_binding_extra_handlers"},
               "",
               {"account_queues.js", "store_names.js", "data/envelope.js"}});
}

void add_bundled_stores(const ServiceInput& input, LocalServices& out) {
  auto kv = kv_service();
  kv.named_by = "namespace";
  add_bundled(input, out, std::move(kv));
  auto d1 = d1_service();
  d1.named_by = "database";
  add_bundled(input, out, std::move(d1));
}

void add_kv(const ServiceInput& input, LocalServices& out) {
  if (input.project.kv_namespaces.empty()) {
    return;
  }
  if (!input.stores.empty()) {
    // They are elsewhere.
  } else if (layout_of(input.state) == StateLayout::wrangler) {
    add_kv_like_wrangler(input, out);
  } else {
    add_bundled(input, out, kv_service());
  }
  for (const auto& item : input.project.kv_namespaces) {
    out.bindings.push_back(kv_binding(item.binding, kv_designator(input, out, kv_id(item))));
  }
}

void add_d1(const ServiceInput& input, LocalServices& out) {
  if (input.project.d1_databases.empty()) {
    return;
  }
  if (!input.stores.empty()) {
    // They are elsewhere.
  } else if (layout_of(input.state) == StateLayout::wrangler) {
    add_d1_like_wrangler(input, out);
  } else {
    add_bundled(input, out, d1_service());
  }
  for (const auto& item : input.project.d1_databases) {
    out.bindings.push_back(d1_binding(item.binding, d1_designator(input, out, d1_id(item))));
  }
}

std::string kv_id(const config::KvNamespace& item) {
  return item.id.value_or(item.binding);
}

// The properties are named as the bundled services read them, and as miniflare's scripts do.
std::string kv_designator(const ServiceInput& input, LocalServices& out, const std::string& id) {
  return input.stores.empty()
             ? designator("kv", "", ordered_json{{"namespace", id}, {"MINIFLARE_NAMESPACE", id}}.dump())
             : shared_store(input, out, "kv", id);
}

std::string kv_binding(std::string_view name, const std::string& service) {
  return binding(name, "kvNamespace", service);
}

std::string d1_id(const config::D1Database& item) {
  // As wrangler has it: one who uses both finds one database.
  return item.preview_database_id.value_or(item.database_id.value_or(item.binding));
}

std::string d1_designator(const ServiceInput& input, LocalServices& out, const std::string& id) {
  return input.stores.empty()
             ? designator("d1", "", ordered_json{{"database", id}, {"MINIFLARE_NAMESPACE", id}}.dump())
             : shared_store(input, out, "d1", id);
}

std::string d1_binding(std::string_view name, const std::string& service) {
  return wrapped(name, "cloudflare-internal:d1-api", {binding("fetcher", "service", service)});
}

std::string queue_name(const config::QueueProducer& item) {
  return item.queue.value_or(item.binding);
}

std::string queue_binding(std::string_view name,
                          const config::Project& project,
                          const std::string& queue,
                          config::OptionalNumber delivery_delay) {
  if (!delivery_delay) {
    return binding(name, "queue", queue_designator(project, queue));
  }
  const ordered_json props{{"queue", queue}, {"deliveryDelay", *delivery_delay}};
  return binding(name, "queue", designator(delayed_queues_service, "", props.dump()));
}

std::string queue_designator(const config::Project& project, const std::string& queue) {
  const auto service = is_own_queue(project, queue) ? std::string_view("queues") : external_queues_service;
  return designator(service, "", ordered_json{{"queue", queue}}.dump());
}

std::string workflow_service(const std::string& workflow) {
  return designator("workflows", "WorkflowBinding", ordered_json{{"workflow", workflow}}.dump());
}

std::string workflow_binding_to(std::string_view name, const std::string& service) {
  return wrapped(name, "cloudflare-internal:workflows-api", {binding("fetcher", "service", service)});
}

std::string workflow_binding(std::string_view name, const std::string& workflow) {
  return workflow_binding_to(name, workflow_service(workflow));
}

std::string instances_of(const std::string& workflow) {
  return "miniflare-workflows-" + workflow;
}

std::string workflow_instances(std::string_view name, const std::string& workflow) {
  return binding(name,
                 "durableObjectNamespace",
                 capnp_struct({{"className", capnp_string(instances_of(workflow))},
                               {"serviceName", capnp_string(worker_service)}}));
}

bool is_own_workflow(const config::Project& project, const config::WorkflowBinding& workflow) {
  return !workflow.script_name || *workflow.script_name == project.name.value;
}

bool has_own_workflows(const config::Project& project) {
  return std::ranges::any_of(project.workflows,
                             [&](const auto& workflow) { return is_own_workflow(project, workflow); });
}

void add_bundled_services(const ServiceInput& input, LocalServices& out) {
  add_kv(input, out);
  add_d1(input, out);
  add_queues(input, out);
  add_cron(input, out);
  add_workflows(input, out);
  add_assets(input, out);
}

} // namespace pyw::runtime
