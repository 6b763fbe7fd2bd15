#include <runtime/dynamic_workers.hpp>
#include <runtime/local_services.hpp>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace pyw::runtime {

std::string binding(std::string_view name, std::string_view field, std::string_view value) {
  return capnp_struct({{"name", capnp_string(name)}, {std::string(field), std::string(value)}});
}

std::string designator(std::string_view service, std::string_view entrypoint, std::string_view props_json) {
  return capnp_struct(
      {{"name", capnp_string(service)},
       {"entrypoint", entrypoint.empty() ? "" : capnp_string(entrypoint)},
       {"props", props_json.empty() ? "" : capnp_struct({{"json", capnp_string(props_json)}})}});
}

std::string wrapped(std::string_view name, std::string_view module, const std::vector<std::string>& inner) {
  return binding(
      name,
      "wrapped",
      capnp_struct({{"moduleName", capnp_string(module)}, {"innerBindings", capnp_list(inner, 8)}}));
}

bool add_extension(LocalServices& out, std::string extension) {
  const bool is_new = std::ranges::find(out.extensions, extension) == out.extensions.end();
  if (is_new) {
    out.extensions.push_back(std::move(extension));
  }
  return is_new;
}

bool add_binding_module(LocalServices& out, std::string_view name, std::string_view source) {
  return add_extension(
      out,
      fmt::format("(modules = [(name = {}, internal = true, esModule = {})])", capnp_string(name), source));
}

void add_disk(const ServiceInput& input, LocalServices& out, std::string_view name, std::string_view folder) {
  const auto path = input.state / folder;
  out.services.push_back(
      capnp_struct({{"name", capnp_string(name)},
                    {"disk", capnp_struct({{"path", capnp_string(path.string())}, {"writable", "true"}})}}));
  out.directories.push_back(path);
  out.has_storage = true;
}

std::vector<PlainValue> plain_values(const config::Project& project) {
  std::vector<PlainValue> out;
  const auto is_secret = [&](const std::string& name) {
    return std::ranges::any_of(project.secrets, [&](const auto& secret) { return secret.name == name; });
  };
  for (const auto& variable : project.vars) {
    if (!is_secret(variable.name)) {
      const bool is_text = variable.value.is(config::Value::Kind::string);
      out.push_back({variable.name,
                     !is_text,
                     Secret(is_text ? variable.value.text() : config::to_json_text(variable.value))});
    }
  }
  for (const auto& secret : project.secrets) {
    out.push_back({secret.name, false, secret.value});
  }
  if (project.version_metadata) {
    const auto json = nlohmann::json{{"id", "00000000-0000-0000-0000-000000000000"},
                                     {"tag", ""},
                                     {"timestamp", "1970-01-01T00:00:00.000Z"}};
    out.push_back({project.version_metadata->binding, true, Secret(json.dump())});
  }
  return out;
}

void add_variables(const ServiceInput& input, LocalServices& out) {
  for (const auto& [name, is_json, value] : plain_values(input.project)) {
    out.bindings.push_back(binding(name, is_json ? "json" : "text", capnp_string(value.reveal())));
  }
}

Result<LocalServices> local_services(const ServiceInput& input) {
  LocalServices out;
  add_variables(input, out);
  add_worker_loaders(input, out);
  add_durable_objects(input, out);
  add_bundled_services(input, out);
  add_simulated_services(input, out);
  add_analytics(input, out);
  PYW_TRY(add_connections(input, out));
  if (input.queues.empty()) {
    add_external_queues(input, out);
    add_delayed_queues(input, out);
    add_dead_letters(input, out);
  }
  add_external_workers(input, out);
  add_remote_only(input, out);
  return out;
}

} // namespace pyw::runtime
