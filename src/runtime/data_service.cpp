#include <runtime/data_service.hpp>
#include <runtime/guest_store.hpp>
#include <runtime/prepare.hpp>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <array>
#include <set>

namespace pyw::runtime {

namespace {

using nlohmann::ordered_json;

constexpr std::string_view data_service = "data"; ///< its name, where it is one
constexpr std::string_view data_service_date = "2026-01-01";

/// What the API can reach: with the Worker beside it, also queues and workflows, which run its code. Without
/// it, workflows that are reached by links (`DataOptions`).
enum class DataReach { stores_only, everything };

constexpr std::array<std::string_view, 13> module_names{"data/api.js", // exports the service
                                                        "data/analytics.js",
                                                        "data/d1.js",
                                                        "data/envelope.js",
                                                        "data/instance_history.js",
                                                        "data/kv.js",
                                                        "data/object_methods.js",
                                                        "data/objects.js",
                                                        "data/queues.js",
                                                        "data/r2.js",
                                                        "data/sql.js",
                                                        "data/stored_object.js",
                                                        "data/workflows.js"};

/// Two bindings of a Worker may mean one resource: here each has one name.
class Resources {
public:
  void add(std::string name, std::string text) {
    if (m_names.insert(std::move(name)).second) {
      m_bindings.push_back(std::move(text));
    }
  }

  [[nodiscard]] std::vector<std::string> take() && { return std::move(m_bindings); }

private:
  std::set<std::string> m_names;
  std::vector<std::string> m_bindings;
};

void add_stores(const ServiceInput& input, LocalServices& out, Resources& resources, ordered_json& overview) {
  const auto& project = input.project;
  for (const auto& item : project.kv_namespaces) {
    const auto id = kv_id(item);
    resources.add("kv:" + id, kv_binding("kv:" + id, kv_designator(input, out, id)));
    overview["kv"].push_back({{"binding", item.binding}, {"id", id}});
  }
  for (const auto& item : project.d1_databases) {
    const auto id = d1_id(item);
    resources.add("d1:" + id, d1_binding("d1:" + id, d1_designator(input, out, id)));
    overview["d1"].push_back(
        {{"binding", item.binding}, {"id", id}, {"name", item.database_name.value_or(item.binding)}});
  }
  for (const auto& item : project.r2_buckets) {
    const auto name = r2_name(item);
    resources.add("r2:" + name, r2_binding("r2:" + name, r2_designator(input, out, name)));
    overview["r2"].push_back({{"binding", item.binding}, {"name", name}});
  }
}

void add_datasets(const config::Project& project, Resources& resources, ordered_json& overview) {
  for (const auto& item : project.analytics_engine_datasets) {
    resources.add("analytics:points", analytics_objects("analytics:points"));
    overview["analytics"].push_back({{"binding", item.binding}, {"dataset", dataset_name(item)}});
  }
}

void add_queues(const config::Project& project, Resources& resources, ordered_json& overview) {
  std::set<std::string> names;
  for (const auto& item : project.queue_producers) {
    names.insert(queue_name(item));
  }
  for (const auto& item : project.queue_consumers) {
    names.insert(item.queue);
    if (item.dead_letter_queue) {
      names.insert(*item.dead_letter_queue);
    }
  }
  for (const auto& name : names) {
    resources.add("queue:" + name, queue_binding("queue:" + name, project, name, {}));
    overview["queues"].push_back(name);
  }
}

void add_workflows(const config::Project& project, Resources& resources, ordered_json& overview) {
  for (const auto& item : project.workflows) {
    if (!is_own_workflow(project, item)) {
      continue;
    }
    resources.add("workflow:" + item.name, workflow_binding("workflow:" + item.name, item.name));
    resources.add("workflow-api:" + item.name,
                  binding("workflow-api:" + item.name, "service", workflow_service(item.name)));
    resources.add("instances:" + item.name, workflow_instances("instances:" + item.name, item.name));
    overview["workflows"].push_back({{"name", item.name},
                                     {"script_name", project.name.value},
                                     {"class_name", item.class_name},
                                     {"binding", item.binding}});
  }
}

/// Workflows that run in other processes (`ServiceInput::links`): the engines there are asked, and which
/// instances there are is read from where they lie: the state has a folder for each Worker.
void add_workflows_elsewhere(const ServiceInput& input,
                             LocalServices& out,
                             Resources& resources,
                             ordered_json& overview) {
  config::Project asked;
  auto keys = input.object_keys;
  for (const auto& item : input.project.workflows) {
    const auto& script = item.script_name.value_or("");
    auto workflow = item;
    workflow.binding = "workflow:" + item.name;
    asked.workflows.push_back(std::move(workflow));
    asked.durable_objects.push_back({"instances:" + item.name, instances_of(item.name), item.script_name});
    keys.emplace(script + "/" + instances_of(item.name), instances_of(item.name));
    resources.add("workflow-api:" + item.name,
                  binding("workflow-api:" + item.name, "service", external_workflow(item)));
    const auto folder = script / Path(bundled_folder("workflows", script)) / instances_of(item.name);
    overview["workflows"].push_back({{"name", item.name},
                                     {"script_name", script},
                                     {"class_name", item.class_name},
                                     {"folder", folder.generic_string()}});
  }
  LocalServices elsewhere;
  add_external_workers({asked,
                        input.parts,
                        input.state,
                        input.guest,
                        input.registry,
                        input.environment,
                        input.asset_files,
                        input.mocked,
                        {},
                        input.links,
                        {},
                        keys},
                       elsewhere);
  for (auto& text : elsewhere.bindings) {
    resources.add(text, text);
  }
  out.services.insert(out.services.end(), elsewhere.services.begin(), elsewhere.services.end());
}

/// The name of the class that stands for one of the Worker's. A name of the user's may be any, also
/// `default`.
std::string stand_in(const ObjectClass& item) {
  return "Stored_" + item.name;
}

/// With the Worker beside it the service asks the Worker's own objects, else objects of classes that stand
/// for them: two generations of one object would not know of each other.
void add_objects(const ServiceInput& input,
                 DataReach reach,
                 Resources& resources,
                 ordered_json& overview,
                 std::vector<CapnpField>& fields) {
  const auto classes = own_object_classes(input.project);
  if (classes.empty()) {
    return;
  }
  for (const auto& item : classes) {
    const auto name = "objects:" + item.unique_key;
    const auto place = reach == DataReach::everything
                           ? capnp_struct({{"className", capnp_string(item.name)},
                                           {"serviceName", capnp_string(worker_service)}})
                           : capnp_string(stand_in(item));
    resources.add(name, binding(name, "durableObjectNamespace", place));
    overview["objects"].push_back({{"id", item.unique_key},
                                   {"name", item.unique_key},
                                   {"script", input.project.name.value},
                                   {"class", item.name},
                                   {"use_sqlite", item.sqlite},
                                   {"bindings", item.bindings}});
  }
  resources.add("object-names", binding("object-names", "service", capnp_string(object_names)));
  resources.add("OBJECTS_FOLDER", binding("OBJECTS_FOLDER", "text", capnp_string(object_folder)));
  if (reach == DataReach::stores_only) {
    fields.emplace_back("durableObjectNamespaces", object_namespaces(classes, stand_in));
    fields.emplace_back("durableObjectStorage", capnp_struct({{"localDisk", capnp_string(object_disk)}}));
  }
}

/// The module that exports all: the API, and a class for each of the Worker's.
std::string main_module(const config::Project& project) {
  std::string text = "export { default } from \"data/api.js\";\n"
                     "import { storedObject } from \"data/stored_object.js\";\n";
  for (const auto& item : own_object_classes(project)) {
    text += fmt::format("export const {} = storedObject();\n", stand_in(item));
  }
  return text;
}

std::vector<std::string> modules(const ServiceInput& input) {
  std::vector<std::string> texts;
  for (const auto name : module_names) {
    texts.push_back(embedded_script(name, input.guest / name));
  }
  return texts;
}

/// `fields` are further ones of the service.
std::vector<std::string>
bindings(const ServiceInput& input, DataReach reach, LocalServices& out, std::vector<CapnpField>& fields) {
  Resources resources;
  ordered_json overview{{"kv", ordered_json::array()},
                        {"r2", ordered_json::array()},
                        {"d1", ordered_json::array()},
                        {"objects", ordered_json::array()},
                        {"analytics", ordered_json::array()},
                        {"queues", ordered_json::array()},
                        {"workflows", ordered_json::array()}};
  add_stores(input, out, resources, overview);
  add_objects(input, reach, resources, overview, fields);
  if (input.stores.empty()) {
    add_datasets(input.project, resources, overview);
  }
  if (reach == DataReach::everything) {
    add_queues(input.project, resources, overview);
    add_workflows(input.project, resources, overview);
  } else if (!input.links.empty()) {
    add_workflows_elsewhere(input, out, resources, overview);
  }
  constexpr std::string_view disk = "data:state";
  resources.add("state", binding("state", "service", capnp_string(disk)));
  resources.add("WORKFLOWS_FOLDER",
                binding("WORKFLOWS_FOLDER", "text", capnp_string(bundled_folder("workflows", input.state))));
  resources.add("RESOURCES", binding("RESOURCES", "json", capnp_string(overview.dump())));
  out.services.push_back(
      capnp_struct({{"name", capnp_string(disk)},
                    {"disk", capnp_struct({{"path", capnp_string(input.state.string())}})}}));
  out.directories.push_back(input.state);
  return std::move(resources).take();
}

/// Without the Worker the API is a service of its own.
void add_data_service(const ServiceInput& input, LocalServices& out) {
  auto texts = modules(input);
  texts.insert(texts.begin(), capnp_module("main.js", "esModule", capnp_string(main_module(input.project))));
  std::vector<CapnpField> fields{{"compatibilityDate", capnp_string(data_service_date)},
                                 {"modules", capnp_list(texts, 6)}};
  auto texts_of_bindings = bindings(input, DataReach::stores_only, out, fields);
  fields.emplace_back("bindings", capnp_list(texts_of_bindings, 6));
  out.services.push_back(
      capnp_struct({{"name", capnp_string(data_service)}, {"worker", capnp_struct(fields)}}));
}

} // namespace

void add_data_api(const ServiceInput& input, LocalServices& out) {
  std::vector<CapnpField> fields;
  out.front_bindings = bindings(input, DataReach::everything, out, fields);
  out.front_modules = modules(input);
}

std::string plan_data_runtime(const ServiceInput& input, std::vector<Path>& directories) {
  LocalServices services;
  add_kv(input, services);
  add_d1(input, services);
  add_r2(input, services);
  add_analytics(input, services);
  if (!own_object_classes(input.project).empty()) {
    add_object_storage(input, services);
  }
  add_data_service(input, services);
  directories = services.directories;
  const auto sockets =
      fmt::format("  sockets = [(name = \"http\", address = \"127.0.0.1:0\", http = (), service = {})],\n",
                  capnp_string(data_service));
  return workerd_config(services.services, services.extensions, sockets);
}

Result<Command> prepare_data_runtime(const config::Project& project,
                                     const RuntimeParts& parts,
                                     const DataOptions& options,
                                     World& world) {
  auto& files = world.files;
  PYW_TRY_ASSIGN(const auto guest, store_guest(parts.cache, files));
  std::vector<Path> directories;
  const auto config = plan_data_runtime({project,
                                         parts,
                                         options.state_directory,
                                         guest,
                                         {},
                                         world.environment,
                                         {},
                                         {},
                                         options.stores,
                                         options.links},
                                        directories);
  const auto file = options.run_directory / "data.capnp";
  PYW_TRY(files.write(file, config, 0600));
  for (const auto& directory : directories) {
    PYW_TRY(files.make_directories(directory));
  }
  if (options.listener < 0) {
    PYW_TRY(files.make_directories(options.socket.parent_path()));
    PYW_TRY(files.remove_all(options.socket)); // bind(2) refuses a name that is there
  }
  auto command =
      options.listener < 0 ? serve_command(parts, options.socket) : serve_command_on(parts, options.listener);
  command.argv.push_back(file.string());
  return command;
}

} // namespace pyw::runtime
