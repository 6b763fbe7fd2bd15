// The table of what each kind of binding sends, and in which order (facts/deploy.md 3).
#include <base/text.hpp>
#include <cloud/bindings.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace pyw::cloud {

namespace {

enum class Presence { when_given, when_not_empty };

struct Field {
  std::string_view sent;
  std::string_view configured;
  Presence presence = Presence::when_given;
};

enum class First { name, type };

struct KindRow {
  std::string_view type;
  std::string_view sent_type;
  std::string_view label;         ///< for people
  std::string_view resource = {}; ///< the field that names the resource, for people
  std::array<Field, 6> fields = {};
  First first = First::name;
};

constexpr auto nonempty = Presence::when_not_empty;

constexpr std::array<KindRow, 42> binding_kinds{{
    {"inherit", "inherit", "Secret"},
    {"plain_text", "plain_text", "Variable", "", {{{"text", "value"}}}},
    {"json", "json", "Variable", "", {{{"json", "value"}}}},
    {"secret_text", "secret_text", "Secret", "", {{{"text", "value"}}}},
    {"kv_namespace", "kv_namespace", "KV Namespace", "id", {{{"namespace_id", "id"}, {"raw", "raw"}}}},
    {"send_email",
     "send_email",
     "Send Email",
     "destination_address",
     {{{"allowed_sender_addresses", "allowed_sender_addresses"}}}},
    {"durable_object_namespace",
     "durable_object_namespace",
     "Durable Object",
     "class_name",
     {{{"class_name", "class_name"},
       {"script_name", "script_name", nonempty},
       {"environment", "environment", nonempty}}}},
    {"workflow",
     "workflow",
     "Workflow",
     "class_name",
     {{{"workflow_name", "name"},
       {"class_name", "class_name"},
       {"script_name", "script_name"},
       {"raw", "raw"}}},
     First::type},
    {"queue",
     "queue",
     "Queue",
     "queue_name",
     {{{"queue_name", "queue_name"}, {"delivery_delay", "delivery_delay"}, {"raw", "raw"}}},
     First::type},
    {"r2_bucket",
     "r2_bucket",
     "R2 Bucket",
     "bucket_name",
     {{{"bucket_name", "bucket_name"}, {"jurisdiction", "jurisdiction"}, {"raw", "raw"}}}},
    {"d1",
     "d1",
     "D1 Database",
     "database_name",
     {{{"id", "database_id"}, {"internalEnv", "database_internal_env"}, {"raw", "raw"}}}},
    {"vectorize",
     "vectorize",
     "Vectorize Index",
     "index_name",
     {{{"index_name", "index_name"}, {"raw", "raw"}}}},
    {"ai_search_namespace",
     "ai_search_namespace",
     "AI Search Namespace",
     "namespace",
     {{{"namespace", "namespace"}}}},
    {"ai_search", "ai_search", "AI Search", "instance_name", {{{"instance_name", "instance_name"}}}},
    {"agent_memory", "agent_memory", "Agent Memory", "namespace", {{{"namespace", "namespace"}}}},
    {"hyperdrive", "hyperdrive", "Hyperdrive Config", "id", {{{"id", "id"}}}},
    {"secrets_store_secret",
     "secrets_store_secret",
     "Secrets Store Secret",
     "secret_name",
     {{{"store_id", "store_id"}, {"secret_name", "secret_name"}}}},
    {"artifacts", "artifacts", "Artifacts", "namespace", {{{"namespace", "namespace"}}}},
    {"unsafe_hello_world", "unsafe_hello_world", "Hello World", "", {{{"enable_timer", "enable_timer"}}}},
    {"flagship", "flagship", "Flagship App", "app_id", {{{"app_id", "app_id"}}}},
    {"ratelimit",
     "ratelimit",
     "Rate Limit",
     "namespace_id",
     {{{"namespace_id", "namespace_id"}, {"simple", "simple"}}}},
    {"vpc_service", "vpc_service", "VPC Service", "service_id", {{{"service_id", "service_id"}}}},
    {"vpc_network", "vpc_network", "VPC Network", "network_id"},
    {"service",
     "service",
     "Worker",
     "service",
     {{{"service", "service"},
       {"cross_account_grant", "cross_account_grant"},
       {"environment", "environment", nonempty},
       {"entrypoint", "entrypoint", nonempty},
       {"props", "props", nonempty}}}},
    {"analytics_engine",
     "analytics_engine",
     "Analytics Engine Dataset",
     "dataset",
     {{{"dataset", "dataset"}}}},
    {"dispatch_namespace",
     "dispatch_namespace",
     "Dispatch Namespace",
     "namespace",
     {{{"namespace", "namespace"}}}},
    {"mtls_certificate",
     "mtls_certificate",
     "mTLS Certificate",
     "certificate_id",
     {{{"certificate_id", "certificate_id"}}}},
    {"pipeline", "pipelines", "Pipeline", "stream"},
    {"k2", "k2", "K2", "stream", {{{"stream", "stream"}}}},
    {"worker_loader", "worker_loader", "Worker Loader"},
    {"logfwdr", "logfwdr", "logfwdr", "destination", {{{"destination", "destination"}}}},
    {"browser", "browser", "Browser", "", {{{"raw", "raw"}}}},
    {"analytics", "analytics", "Analytics"},
    {"ai", "ai", "AI", "", {{{"staging", "staging"}, {"raw", "raw"}}}},
    {"images", "images", "Images", "", {{{"raw", "raw"}}}},
    {"stream", "stream", "Stream"},
    {"media", "media", "Media"},
    {"version_metadata", "version_metadata", "Worker Version Metadata"},
    {"assets", "assets", "Assets"},
}};

bool is_empty(const Json& value) {
  return value.is_null() || value == Json("") || value == Json(false) || value == Json(0);
}

void add_special_fields(const Binding& binding, Json& out) {
  const auto& fields = *binding.fields;
  const auto copy_first = [&](std::initializer_list<const char*> keys) {
    for (const auto* key : keys) {
      if (fields.contains(key)) {
        out[key] = fields[key];
        return;
      }
    }
  };
  if (binding.type == "send_email") {
    copy_first({"destination_address", "allowed_destination_addresses"});
  } else if (binding.type == "vpc_network") {
    copy_first({"tunnel_id", "network_id"});
  } else if (binding.type == "pipeline") {
    copy_first({"stream", "pipeline"});
  } else if (binding.type == "dispatch_namespace" && fields.contains("outbound")) {
    const auto& outbound = fields["outbound"];
    Json worker = {{"service", outbound.value("service", Json())}};
    if (outbound.contains("environment")) {
      worker["environment"] = outbound["environment"];
    }
    out["outbound"]["worker"] = std::move(worker);
    if (outbound.contains("parameters")) {
      out["outbound"]["params"] = Json::array();
      for (const auto& name : outbound["parameters"]) {
        out["outbound"]["params"].push_back(Json{{"name", name}});
      }
    }
  }
}

Json sent(const KindRow& row, const Binding& binding) {
  if (binding.inherited) {
    return {{"name", binding.name}, {"type", "inherit"}};
  }
  auto out = row.first == First::name ? Json{{"name", binding.name}, {"type", row.sent_type}}
                                      : Json{{"type", row.sent_type}, {"name", binding.name}};
  for (const auto& field : row.fields) {
    const auto found = binding.fields->find(std::string(field.configured));
    if (field.sent.empty() || found == binding.fields->end() ||
        (field.presence == Presence::when_not_empty && is_empty(*found))) {
      continue;
    }
    out[std::string(field.sent)] = *found;
  }
  add_special_fields(binding, out);
  return out;
}

/// Kinds that the table does not know are sent as they are configured: `unsafe.bindings`.
Json sent_unsafe(const Binding& binding) {
  Json out = {{"name", binding.name}, {"type", binding.type.substr(std::string_view("unsafe_").size())}};
  out.update(*binding.fields);
  return out;
}

const KindRow* row_of(const std::string& type) {
  const auto found = std::find_if(
      binding_kinds.begin(), binding_kinds.end(), [&](const auto& row) { return row.type == type; });
  return found == binding_kinds.end() ? nullptr : &*found;
}

} // namespace

Json metadata_bindings(const BindingList& bindings) {
  auto out = Json::array();
  for (const auto& row : binding_kinds) {
    for (const auto& binding : bindings.items()) {
      if (binding.type == row.type && !row.type.empty()) {
        out.push_back(sent(row, binding));
      }
    }
  }
  for (const auto& binding : bindings.items()) {
    if (binding.type.starts_with("unsafe_") && row_of(binding.type) == nullptr) {
      out.push_back(sent_unsafe(binding));
    }
  }
  return out;
}

BindingDescription describe(const Binding& binding) {
  const auto* row = row_of(binding.type);
  if (row == nullptr) {
    return {"Unsafe Metadata", binding.type};
  }
  BindingDescription out{std::string(row->label), {}};
  if (binding.type == "plain_text" || binding.type == "json") {
    out.resource = binding.hidden ? "(hidden)" : (*binding.fields)["value"].dump();
    return out;
  }
  out.resource = row->resource.empty() ? "" : binding.text(row->resource);
  if (binding.type == "analytics_engine" && out.resource.empty()) {
    out.resource = binding.name;
  }
  if (binding.type == "pipeline" && out.resource.empty()) {
    out.resource = binding.text("pipeline");
  }
  if (const auto jurisdiction = binding.text("jurisdiction");
      !jurisdiction.empty() && !out.resource.empty()) {
    out.resource += " (" + jurisdiction + ")";
  }
  if (const auto script = binding.text("script_name"); !script.empty()) {
    out.resource += ", defined in " + script;
  }
  if (const auto entrypoint = binding.text("entrypoint"); !entrypoint.empty()) {
    out.resource += "#" + entrypoint;
  }
  if (binding.inherited && out.resource.empty()) {
    out.resource = "inherited";
  }
  return out;
}

} // namespace pyw::cloud
