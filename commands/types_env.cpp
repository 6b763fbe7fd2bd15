#include <commands/types_env.hpp>
#include <config/findings.hpp>
#include <config/readers.hpp>
#include <typegen/javascript_classes.hpp>
#include <typegen/names_of_js.hpp>
#include <typegen/python_annotations.hpp>

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

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

/// Empty for the project's own name, and for none.
std::string other_worker(const std::string& name, const config::Project& project) {
  return name == project.name.value ? std::string() : name;
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
    if (entry.kind == EnvKind::durable_object && binding.name == entry.name) {
      entry.class_name = binding.class_name;
      entry.worker = other_worker(binding.script_name.value_or(""), project);
    }
  }
  for (const auto& binding : project.services) {
    if (entry.kind == EnvKind::service && binding.binding == entry.name) {
      entry.class_name = binding.entrypoint.value_or("Default");
      entry.worker = other_worker(binding.service, project);
    }
  }
  for (const auto& binding : project.workflows) {
    if (entry.kind == EnvKind::workflow && binding.binding == entry.name) {
      entry.class_name = binding.class_name;
      entry.worker = other_worker(binding.script_name.value_or(""), project);
    }
  }
  for (const auto& binding : project.passed_on_bindings) {
    if (entry.kind == EnvKind::unknown && binding.binding == entry.name) {
      entry.section = binding.section;
    }
  }
}

/// The Workers whose classes the bindings name; "" is the project itself.
std::set<std::string> workers_of(const std::vector<EnvEntry>& entries) {
  std::set<std::string> workers;
  for (const auto& entry : entries) {
    if (!entry.class_name.empty()) {
      workers.insert(entry.worker);
    }
  }
  return workers;
}

bool is_searched(const std::string& folder) {
  return !folder.starts_with('.') && folder != "python_modules" && folder != "node_modules" &&
         folder != "__pycache__";
}

/// The files of a Worker's own code with these endings; what is vendored or hidden is not.
std::vector<Path> source_files(const ReadOnlyFileSystem& files,
                               const Path& folder,
                               const std::set<std::string>& endings,
                               int depth = 0) {
  std::vector<Path> found;
  const auto entries = files.list(folder);
  if (!entries || depth > 8) {
    return found;
  }
  for (const auto& entry : *entries) {
    const auto path = folder / entry.name;
    if (entry.type == FileType::directory) {
      if (is_searched(entry.name)) {
        const auto inner = source_files(files, path, endings, depth + 1);
        found.insert(found.end(), inner.begin(), inner.end());
      }
    } else if (endings.contains(path.extension().string()) && !entry.name.ends_with(".d.ts")) {
      found.push_back(path);
    }
  }
  return found;
}

std::vector<std::string> read_files(const ReadOnlyFileSystem& files, const std::vector<Path>& paths) {
  std::vector<std::string> sources;
  for (const auto& path : paths) {
    if (auto source = files.read(path)) {
      sources.push_back(std::move(*source));
    }
  }
  return sources;
}

/// One file imports the types of another: all of them first.
void add_python_classes(const std::vector<std::string>& sources,
                        const WorkerCode& code,
                        typegen::RecordBook& records,
                        typegen::EnvDescription& env) {
  typegen::add_python_records({sources.begin(), sources.end()}, records);
  for (const auto& source : sources) {
    for (auto& found : typegen::find_python_classes(source, records)) {
      found.worker = code.name;
      env.classes.push_back(std::move(found));
    }
  }
}

void add_records(const typegen::RecordBook& records, typegen::EnvDescription& env) {
  env.records.insert(env.records.end(), records.records().begin(), records.records().end());
}

/// Those of the entry file come first: it exports what bindings reach, other files may only hold it.
void add_javascript_classes(const ReadOnlyFileSystem& files,
                            const WorkerCode& code,
                            typegen::RecordBook& records,
                            std::vector<typegen::PythonClass>& classes) {
  auto paths = source_files(files, code.folder, {".js", ".mjs", ".ts", ".mts"});
  std::stable_partition(paths.begin(), paths.end(), [&](const Path& path) { return path == code.main; });
  std::vector<std::pair<Path, std::string>> sources;
  typegen::DeclaredTypes types; // one file imports the types of another
  for (const auto& path : paths) {
    if (auto source = files.read(path)) {
      typegen::add_declared_types(*source, types);
      sources.emplace_back(path, std::move(*source));
    }
  }
  for (const auto& [path, source] : sources) {
    for (auto& found : typegen::find_javascript_classes(source, types, &records)) {
      if (found.name == "default") {
        if (path != code.main) {
          continue; // the platform knows the entry's alone
        }
        found.name = "Default"; // a binding without an entrypoint means this one
      }
      found.worker = code.name;
      classes.push_back(std::move(found));
    }
  }
}

/// The Worker of that configuration file. Read as it is, not as a project of ours: it may be of another
/// language, and its mistakes are its owner's to mend.
std::optional<WorkerCode> worker_at(const ReadOnlyFileSystem& files, const Path& file) {
  auto text = files.read(file);
  if (!text) {
    return std::nullopt;
  }
  config::Findings findings;
  const auto source = findings.add_source({file.string(), std::move(*text)});
  const auto root =
      file.extension() == ".toml" ? config::read_toml(source, findings) : config::read_json(source, findings);
  const auto* name = root && root->kind() == config::Value::Kind::table ? root->find("name") : nullptr;
  const auto* main = name != nullptr ? root->find("main") : nullptr;
  const auto is_text = [](const config::Value* value) {
    return value != nullptr && value->kind() == config::Value::Kind::string && !value->text().empty();
  };
  if (!is_text(name) || !is_text(main)) {
    return std::nullopt;
  }
  const auto entry = (file.parent_path() / main->text()).lexically_normal();
  return WorkerCode{name->text(), entry, entry.parent_path(), file};
}

std::vector<EnvEntry> entries_of(const config::Project& project) {
  std::vector<EnvEntry> entries;
  std::set<std::string> seen;
  for (const auto& binding : project.binding_names()) {
    if (!seen.insert(binding.name).second) {
      continue; // a secret takes the place of a variable of its name, and both are text
    }
    EnvEntry entry;
    entry.name = binding.name;
    entry.kind = kind_of(binding.kind);
    add_details(entry, project);
    entries.push_back(std::move(entry));
  }
  return entries;
}

std::vector<WorkerCode>
find_workers(const ReadOnlyFileSystem& files, const config::Project& project, std::set<std::string> wanted) {
  std::vector<WorkerCode> found;
  for (const auto& around : {project.root, project.root.parent_path()}) {
    if (wanted.empty()) {
      break;
    }
    const auto entries = files.list(around);
    for (const auto& entry : entries ? *entries : std::vector<DirectoryEntry>{}) {
      const auto folder = around / entry.name;
      if (entry.type != FileType::directory || !is_searched(entry.name) || folder == project.root) {
        continue;
      }
      for (const auto* name : {"wrangler.json", "wrangler.jsonc", "wrangler.toml"}) {
        auto other = files.is_file(folder / name) ? worker_at(files, folder / name) : std::nullopt;
        if (other && wanted.erase(other->name) > 0) {
          found.push_back(std::move(*other));
        }
      }
    }
  }
  return found;
}

} // namespace

std::vector<WorkerCode> find_other_workers(const ReadOnlyFileSystem& files, const config::Project& project) {
  auto wanted = workers_of(entries_of(project));
  wanted.erase("");
  return find_workers(files, project, std::move(wanted));
}

typegen::EnvDescription describe_env(const ReadOnlyFileSystem& files, const config::Project& project) {
  typegen::EnvDescription env;
  env.entries = entries_of(project);
  auto workers = workers_of(env.entries);
  const bool names_own = workers.erase("") > 0;
  if (project.main) {
    const WorkerCode own{"", project.main_file(), project.module_root(), {}};
    const auto sources = read_files(files, source_files(files, own.folder, {".py"}));
    for (const auto& source : sources) {
      typegen::add_names_of_js(source, env.named);
    }
    if (names_own) {
      typegen::RecordBook records;
      add_python_classes(sources, own, records, env);
      add_records(records, env);
    }
  }
  for (const auto& other : find_workers(files, project, std::move(workers))) {
    typegen::RecordBook records(other.name);
    add_python_classes(read_files(files, source_files(files, other.folder, {".py"})), other, records, env);
    add_javascript_classes(files, other, records, env.classes);
    add_records(records, env);
  }
  return env;
}

} // namespace pyw::commands
