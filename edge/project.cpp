#include <base/text.hpp>
#include <edge/json.hpp>
#include <edge/project.hpp>

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

config::Value value_of(const Json& json) {
  using config::Value;
  switch (json.type()) {
  case Json::value_t::boolean:
    return Value(json.get<bool>());
  case Json::value_t::number_integer:
  case Json::value_t::number_unsigned:
    return Value(json.get<std::int64_t>());
  case Json::value_t::number_float:
    return Value(json.get<double>());
  case Json::value_t::string:
    return Value(json.get<std::string>());
  case Json::value_t::array: {
    auto array = Value::make_array();
    for (const auto& item : json) {
      array.items().push_back(value_of(item));
    }
    return array;
  }
  case Json::value_t::object: {
    auto table = Value::make_table();
    for (const auto& [key, item] : json.items()) {
      table.set(key, value_of(item));
    }
    return table;
  }
  default:
    return {};
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
  } else if (const auto secret = secrets.find(name); secret != secrets.end()) {
    project.secrets.push_back({name, secret->second, {}});
  }
}

} // namespace

std::string unsupported_binding(const std::string& bindings) {
  constexpr std::array<std::string_view, 5> offered{
      "plain_text", "json", "secret_text", "secret_key", "version_metadata"};
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
                                 const BlobStore& blobs) {
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
  for (const auto& binding : Json::parse(version.bindings, nullptr, false)) {
    add_binding(binding, secrets, project);
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
