#include <base/json.hpp>
#include <base/text.hpp>
#include <edge/asset_folder.hpp>
#include <edge/json_value.hpp>
#include <edge/project.hpp>
#include <runtime/local_services.hpp>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace pyw::edge {

namespace {

using bundle::ModuleKind;

constexpr std::string_view vendored_prefix = "python_modules/";

ModuleKind kind_of(const std::string& type) {
  for (const auto kind : {ModuleKind::python,
                          ModuleKind::python_requirement,
                          ModuleKind::text,
                          ModuleKind::data,
                          ModuleKind::compiled_wasm,
                          ModuleKind::es_module,
                          ModuleKind::common_js}) {
    if (bundle::content_type(kind) == type) {
      return kind;
    }
  }
  return ModuleKind::data;
}

config::OptionalText optional_script(const Json& binding) {
  const auto script = text_at(binding, "script_name");
  return script.empty() ? config::OptionalText{} : config::OptionalText(script);
}

void add_object_binding(const Json& binding, config::Project& project) {
  project.durable_objects.push_back(
      {text_at(binding, "name"), text_at(binding, "class_name"), optional_script(binding)});
}

/// The classes of this Worker that have objects, with what their ids are made from.
void add_classes(const Version& version, config::Project& project) {
  const auto classes = Json::parse(version.classes);
  for (const auto& [name, item] : classes.items()) {
    config::Export exported{name, config::Export::Type::durable_object};
    exported.storage = item["sqlite"].get<bool>() ? "sqlite" : "legacy-kv";
    exported.raw = config::Value::make_table();
    exported.raw.set(std::string(runtime::stored_key), config::Value(item["key"].get<std::string>()));
    project.exports.push_back(std::move(exported));
  }
}

/// What is this Worker's own lives in another process: as if it were another Worker's.
void make_guest(const Version& version, config::Project& project) {
  project.name.value = version.script + "@" + version.id;
  for (auto& object : project.durable_objects) {
    object.script_name = object.script_name.value_or(version.script);
  }
  for (auto& workflow : project.workflows) {
    workflow.script_name = workflow.script_name.value_or(version.script);
  }
}

void add_binding(const Json& binding,
                 const std::map<std::string, Secret>& secrets,
                 config::Project& project) {
  const auto type = text_at(binding, "type");
  const auto name = text_at(binding, "name");
  if (type == "plain_text") {
    project.vars.push_back({name, config::Value(text_at(binding, "text")), {}});
  } else if (type == "json") {
    project.vars.push_back({name, value_of(binding.value("json", Json())), {}});
  } else if (type == "version_metadata") {
    project.version_metadata = config::NamedBinding{name};
  } else if (type == "durable_object_namespace") {
    add_object_binding(binding, project);
  } else if (type == "workflow") {
    config::WorkflowBinding workflow{
        name, text_at(binding, "workflow_name"), text_at(binding, "class_name"), optional_script(binding)};
    project.workflows.push_back(std::move(workflow));
  } else if (type == "service") {
    config::ServiceBinding service{name, text_at(binding, "service")};
    if (const auto entrypoint = text_at(binding, "entrypoint"); !entrypoint.empty()) {
      service.entrypoint = entrypoint;
    }
    if (binding.contains("props") && !binding["props"].is_null()) {
      service.props = value_of(binding["props"]);
    }
    project.services.push_back(std::move(service));
  } else if (type == "queue") {
    config::QueueProducer producer{name, text_at(binding, "queue_name")};
    if (binding.contains("delivery_delay") && binding["delivery_delay"].is_number()) {
      producer.delivery_delay = binding["delivery_delay"].get<double>();
    }
    project.queue_producers.push_back(std::move(producer));
  } else if (type == "kv_namespace") {
    project.kv_namespaces.push_back({name, text_at(binding, "namespace_id")});
  } else if (type == "d1") {
    project.d1_databases.push_back({name, {}, text_at(binding, "id")});
  } else if (type == "r2_bucket") {
    project.r2_buckets.push_back({name, text_at(binding, "bucket_name")});
  } else if (type == "analytics_engine") {
    const auto dataset = text_at(binding, "dataset");
    project.analytics_engine_datasets.push_back({name, dataset.empty() ? name : dataset});
  } else if (type == "ratelimit") {
    const auto simple = object_at(binding, "simple");
    config::RateLimit limit{name, text_at(binding, "namespace_id")};
    limit.limit = simple.value("limit", 0.0);
    limit.period = simple.value("period", std::int64_t{60});
    project.ratelimits.push_back(std::move(limit));
  } else if (const auto secret = secrets.find(name); secret != secrets.end()) {
    project.secrets.push_back({name, secret->second, {}});
  }
}

} // namespace

std::string unsupported_binding(const std::string& bindings) {
  constexpr std::array<std::string_view, 15> offered{"plain_text",
                                                     "workflow",
                                                     "durable_object_namespace",
                                                     "queue",
                                                     "service",
                                                     "json",
                                                     "secret_text",
                                                     "secret_key",
                                                     "version_metadata",
                                                     "assets",
                                                     "kv_namespace",
                                                     "d1",
                                                     "r2_bucket",
                                                     "analytics_engine",
                                                     "ratelimit"};
  for (const auto& binding : Json::parse(bindings, nullptr, false)) {
    const auto type = text_at(binding, "type");
    if (std::find(offered.begin(), offered.end(), type) == offered.end()) {
      return fmt::format("the binding `{}` is of the type `{}`, which this server does not offer",
                         text_at(binding, "name"),
                         type);
    }
  }
  return "";
}

void sort_modules(std::vector<StoredModule>& modules, const std::string& main_module) {
  const auto rank = [&](const StoredModule& module) {
    return module.name == main_module ? 0 : module.name.starts_with(vendored_prefix) ? 2 : 1;
  };
  // Step by step: `minilib/a.py` comes before `minilib-1.2/a.py`, though '-' is less than '/'.
  const auto steps = [](const StoredModule& module) { return split(module.name, '/'); };
  std::stable_sort(modules.begin(), modules.end(), [&](const auto& a, const auto& b) {
    return rank(a) != rank(b) ? rank(a) < rank(b) : steps(a) < steps(b);
  });
}

Result<StoredProject> project_of(const Version& version,
                                 const std::map<std::string, Secret>& secrets,
                                 const Path& root,
                                 const BlobStore& blobs,
                                 Role role) {
  if (auto refused = unsupported_binding(version.bindings); !refused.empty()) {
    return failure(user_error(std::move(refused)));
  }
  StoredProject out;
  auto& project = out.project;
  const auto source_root = version.snapshot ? Path(version.snapshot->source_root) : Path();
  project.root = root;
  project.config_file = root / "wrangler.json";
  project.name.value = version.script;
  project.top_level_name = version.script;
  project.main = config::Located<std::string>{(source_root / version.main_module).generic_string(), {}};
  project.compatibility_date.value = version.compatibility_date;
  for (const auto& flag : version.compatibility_flags) {
    project.compatibility_flags.push_back({flag, {}});
  }
  project.python_version =
      config::python_version_for(version.compatibility_date, version.compatibility_flags);
  std::string asset_binding;
  for (const auto& binding : Json::parse(version.bindings, nullptr, false)) {
    add_binding(binding, secrets, project);
    if (text_at(binding, "type") == "assets") {
      asset_binding = text_at(binding, "name");
    }
  }
  if (role == Role::guest) {
    make_guest(version, project);
  } else {
    add_classes(version, project);
  }
  if (version.assets) {
    project.assets = assets_of(*version.assets, asset_binding);
  }
  const auto metadata = Json::parse(version.metadata, nullptr, false);
  if (metadata.is_object() && metadata.contains("limits")) {
    project.resolved.set("limits", value_of(metadata["limits"]));
  }
  out.bundle.project_root = root;
  out.bundle.module_root = (root / source_root).lexically_normal();
  auto modules = version.modules;
  sort_modules(modules, version.main_module);
  for (const auto& stored : modules) {
    bundle::Module module{stored.name,
                          kind_of(stored.type),
                          stored.name.starts_with(vendored_prefix) ? bundle::Origin::vendored
                                                                   : bundle::Origin::own,
                          blobs.path_of(stored.digest),
                          stored.size};
    if (stored.name == version.main_module) {
      out.bundle.entry = std::move(module);
    } else {
      out.bundle.modules.push_back(std::move(module));
    }
  }
  return out;
}

} // namespace pyw::edge
