#include <cloud/bindings.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace pyw::cloud {

namespace {

enum class Shape {
  list,   ///< an array of entries
  single, ///< one table
  nested, ///< a table with an array under `inner`
};

struct Section {
  std::string_view key;
  std::string_view type;
  Shape shape = Shape::list;
  std::string_view inner = {};
  std::string_view name_key = "binding";
};

/// The configuration's sections in the order in which the platform's client goes through them: it decides
/// which resource is looked up first when several must be.
constexpr std::array<Section, 36> sections{{
    {"durable_objects", "durable_object_namespace", Shape::nested, "bindings", "name"},
    {"workflows", "workflow"},
    {"kv_namespaces", "kv_namespace"},
    {"send_email", "send_email", Shape::list, {}, "name"},
    {"queues", "queue", Shape::nested, "producers"},
    {"r2_buckets", "r2_bucket"},
    {"d1_databases", "d1"},
    {"vectorize", "vectorize"},
    {"ai_search_namespaces", "ai_search_namespace"},
    {"ai_search", "ai_search"},
    {"agent_memory", "agent_memory"},
    {"hyperdrive", "hyperdrive"},
    {"services", "service"},
    {"analytics_engine_datasets", "analytics_engine"},
    {"dispatch_namespaces", "dispatch_namespace"},
    {"mtls_certificates", "mtls_certificate"},
    {"unsafe", "unsafe_", Shape::nested, "bindings", "name"},
    {"browser", "browser", Shape::single},
    {"analytics", "analytics", Shape::single},
    {"ai", "ai", Shape::single},
    {"images", "images", Shape::single},
    {"stream", "stream", Shape::single},
    {"media", "media", Shape::single},
    {"pipelines", "pipeline"},
    {"k2", "k2"},
    {"secrets_store_secrets", "secrets_store_secret"},
    {"artifacts", "artifacts"},
    {"unsafe_hello_world", "unsafe_hello_world"},
    {"flagship", "flagship"},
    {"worker_loaders", "worker_loader"},
    {"ratelimits", "ratelimit", Shape::list, {}, "name"},
    {"vpc_services", "vpc_service"},
    {"vpc_networks", "vpc_network"},
    {"version_metadata", "version_metadata", Shape::single},
    {"logfwdr", "logfwdr", Shape::nested, "bindings", "name"},
    {"assets", "assets", Shape::single},
}};

void add_entry(const Section& section, Json entry, BindingList& out) {
  const auto name = entry.find(std::string(section.name_key));
  if (name == entry.end() || !name->is_string()) {
    return; // `assets` without a binding; anything else config/ has refused
  }
  Binding binding;
  binding.name = name->get<std::string>();
  binding.type = section.type;
  entry.erase(std::string(section.name_key));
  if (section.type == "unsafe_") {
    binding.type += entry.value("type", "");
    entry.erase("type");
  }
  if (section.type == "queue" && entry.contains("queue")) {
    entry["queue_name"] = entry["queue"];
  }
  binding.fields = std::make_shared<Json>(std::move(entry));
  out.set(std::move(binding));
}

void add_section(const Section& section, const config::Project& project, BindingList& out) {
  const auto* value = project.raw(section.key);
  if (value != nullptr && section.shape == Shape::nested) {
    value = value->find(section.inner);
  }
  if (value == nullptr) {
    return;
  }
  auto json = config::to_json(*value);
  if (section.shape == Shape::single) {
    if (json.is_object()) {
      add_entry(section, std::move(json), out);
    }
    return;
  }
  for (auto& entry : json.is_array() ? json : Json::array()) {
    if (entry.is_object()) {
      add_entry(section, std::move(entry), out);
    }
  }
}

Binding variable(const std::string& name, Json value) {
  Binding binding;
  binding.name = name;
  binding.type = value.is_string() ? "plain_text" : "json";
  binding.fields = std::make_shared<Json>(Json{{"value", std::move(value)}});
  return binding;
}

} // namespace

std::string Binding::text(std::string_view field) const {
  const auto found = fields->find(std::string(field));
  return found != fields->end() && found->is_string() ? found->get<std::string>() : "";
}

void Binding::set(std::string_view field, const Json& value) {
  (*fields)[std::string(field)] = value;
}

void BindingList::set(Binding binding) {
  const auto same_name = [&](const Binding& item) { return item.name == binding.name; };
  const auto found = std::find_if(m_items.begin(), m_items.end(), same_name);
  if (found != m_items.end()) {
    *found = std::move(binding);
  } else {
    m_items.push_back(std::move(binding));
  }
}

bool BindingList::contains(std::string_view name) const {
  return std::any_of(m_items.begin(), m_items.end(), [&](const Binding& item) { return item.name == name; });
}

BindingList bindings_of(const config::Project& project,
                        const std::vector<std::pair<std::string, std::string>>& variables) {
  BindingList out;
  for (const auto& item : project.vars) {
    out.set(variable(item.name, config::to_json(item.value)));
  }
  for (const auto& section : sections) {
    add_section(section, project, out);
  }
  for (const auto& [name, text] : variables) {
    auto binding = variable(name, Json(text));
    binding.hidden = true;
    out.set(std::move(binding));
  }
  return out;
}

} // namespace pyw::cloud
