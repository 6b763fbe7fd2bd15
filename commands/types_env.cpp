#include <commands/types_env.hpp>

#include <algorithm>
#include <set>

namespace pyw::commands {

namespace {

using typegen::EnvEntry;
using typegen::EnvKind;

EnvKind kind_of(config::BindingKind kind) {
  using config::BindingKind;
  switch (kind) {
  case BindingKind::variable:
    return EnvKind::variable;
  case BindingKind::secret:
    return EnvKind::secret;
  case BindingKind::kv_namespace:
    return EnvKind::kv_namespace;
  case BindingKind::r2_bucket:
    return EnvKind::r2_bucket;
  case BindingKind::d1_database:
    return EnvKind::d1_database;
  case BindingKind::durable_object:
    return EnvKind::durable_object;
  case BindingKind::queue:
    return EnvKind::queue;
  case BindingKind::service:
    return EnvKind::service;
  case BindingKind::workflow:
    return EnvKind::workflow;
  case BindingKind::rate_limit:
    return EnvKind::rate_limit;
  case BindingKind::hyperdrive:
    return EnvKind::hyperdrive;
  case BindingKind::analytics_engine:
    return EnvKind::analytics_engine;
  case BindingKind::vectorize:
    return EnvKind::vectorize;
  case BindingKind::send_email:
    return EnvKind::send_email;
  case BindingKind::secrets_store_secret:
    return EnvKind::secrets_store_secret;
  case BindingKind::dispatch_namespace:
    return EnvKind::dispatch_namespace;
  case BindingKind::mtls_certificate:
    return EnvKind::mtls_certificate;
  case BindingKind::pipeline:
    return EnvKind::pipeline;
  case BindingKind::ai:
    return EnvKind::ai;
  case BindingKind::browser:
    return EnvKind::browser;
  case BindingKind::images:
    return EnvKind::images;
  case BindingKind::media:
    return EnvKind::media;
  case BindingKind::stream:
    return EnvKind::stream;
  case BindingKind::version_metadata:
    return EnvKind::version_metadata;
  case BindingKind::worker_loader:
    return EnvKind::worker_loader;
  case BindingKind::assets:
    return EnvKind::assets;
  default:
    return EnvKind::unknown;
  }
}

/// What the binding's own entry says beyond its name.
void add_details(EnvEntry& entry, const config::Project& project) {
  for (const auto& variable : project.vars) {
    if (entry.kind == EnvKind::variable && variable.name == entry.name) {
      entry.values.push_back(config::to_json_text(variable.value));
      entry.varies = !project.environments.empty();
    }
  }
  for (const auto& binding : project.durable_objects) {
    if (entry.kind == EnvKind::durable_object && binding.name == entry.name && !binding.script_name) {
      entry.class_name = binding.class_name;
    }
  }
  for (const auto& binding : project.services) {
    if (entry.kind == EnvKind::service && binding.binding == entry.name &&
        binding.service == project.name.value) {
      entry.class_name = binding.entrypoint.value_or("Default");
    }
  }
  for (const auto& binding : project.passed_on_bindings) {
    if (entry.kind == EnvKind::unknown && binding.binding == entry.name) {
      entry.section = binding.section;
    }
  }
}

bool needs_classes(const std::vector<EnvEntry>& entries) {
  return std::any_of(
      entries.begin(), entries.end(), [](const EnvEntry& entry) { return !entry.class_name.empty(); });
}

/// The Python files of the Worker's own code; what is vendored or hidden is not.
std::vector<Path> python_files(const ReadOnlyFileSystem& files, const Path& folder, int depth) {
  std::vector<Path> found;
  const auto entries = files.list(folder);
  if (!entries || depth > 8) {
    return found;
  }
  for (const auto& entry : *entries) {
    const auto path = folder / entry.name;
    if (entry.type == FileType::directory) {
      if (!entry.name.starts_with('.') && entry.name != "python_modules" && entry.name != "node_modules" &&
          entry.name != "__pycache__") {
        const auto inner = python_files(files, path, depth + 1);
        found.insert(found.end(), inner.begin(), inner.end());
      }
    } else if (path.extension() == ".py") {
      found.push_back(path);
    }
  }
  return found;
}

} // namespace

typegen::EnvDescription describe_env(const ReadOnlyFileSystem& files, const config::Project& project) {
  typegen::EnvDescription env;
  std::set<std::string> seen;
  for (const auto& binding : project.binding_names()) {
    if (!seen.insert(binding.name).second) {
      continue; // a secret takes the place of a variable of its name, and both are text
    }
    EnvEntry entry;
    entry.name = binding.name;
    entry.kind = kind_of(binding.kind);
    add_details(entry, project);
    env.entries.push_back(std::move(entry));
  }
  if (!needs_classes(env.entries) || !project.main) {
    return env;
  }
  for (const auto& path : python_files(files, project.module_root(), 0)) {
    if (const auto source = files.read(path)) {
      for (auto& found : typegen::find_python_classes(*source)) {
        env.classes.push_back(std::move(found));
      }
    }
  }
  return env;
}

} // namespace pyw::commands
