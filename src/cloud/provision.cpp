#include <base/text.hpp>
#include <cloud/provision.hpp>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <map>

namespace pyw::cloud {

namespace {

/// A kind of resource. `id_field` is what the binding sends; `name_field` what the configuration may name it
/// by.
struct Kind {
  std::string_view type;
  std::string_view label;
  std::string_view id_field;
  std::string_view name_field;
  std::string_view list_path; ///< below the account; listed once before the first is made, as the client does
  std::string_view create_key; ///< of the POST body
};

/// In the order in which missing resources are made.
constexpr std::array<Kind, 8> kinds{{
    {"kv_namespace", "KV Namespace", "id", "", "/storage/kv/namespaces", "title"},
    {"d1", "D1 Database", "database_id", "database_name", "/d1/database", "name"},
    {"r2_bucket", "R2 Bucket", "bucket_name", "bucket_name", "/r2/buckets", "name"},
    {"ai_search_namespace", "AI Search Namespace", "namespace", "namespace", "/ai-search/namespaces", "name"},
    {"agent_memory", "Agent Memory", "namespace", "namespace", "/agent-memory/namespaces", "name"},
    {"queue", "Queue", "queue_name", "queue_name", "/queues", "queue_name"},
    {"dispatch_namespace",
     "Dispatch Namespace",
     "namespace",
     "namespace",
     "/workers/dispatch/namespaces",
     "name"},
    {"flagship", "Flagship App", "app_id", "", "/flagship/apps", "name"},
}};

const Kind* kind_of(const std::string& type) {
  const auto found =
      std::find_if(kinds.begin(), kinds.end(), [&](const auto& kind) { return kind.type == type; });
  return found == kinds.end() ? nullptr : &*found;
}

class Provisioner {
public:
  Provisioner(Api& api, const std::string& account, Worker& worker)
      : m_api(api), m_base(account_path(account)), m_worker(worker) {
    const auto settings =
        api.call(get(account_path(account) + "/workers/scripts/" + worker.name + "/settings"));
    // A new Worker has no settings; any other failure means the same here: nothing to inherit.
    if (settings && settings->is_object() && settings->contains("bindings")) {
      m_live = (*settings)["bindings"];
    }
  }

  Result<ProvisionResult> run() {
    std::vector<std::pair<const Kind*, Binding*>> missing;
    for (auto& binding : m_worker.bindings.items()) {
      const auto* kind = kind_of(binding.type);
      if (kind == nullptr) {
        continue;
      }
      auto found = has_resource(*kind, binding);
      if (!found) {
        PYW_TRY(skip_if_forbidden(found.error(), *kind, binding));
      } else if (!*found) {
        missing.emplace_back(kind, &binding);
      }
    }
    std::stable_sort(
        missing.begin(), missing.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    for (const auto& [kind, binding] : missing) {
      PYW_TRY(make(*kind, *binding));
    }
    return std::move(m_result);
  }

private:
  const Json* live_binding(const Binding& binding) const {
    for (const auto& item : m_live.is_array() ? m_live : m_none) {
      if (text_at(item, "name") == binding.name && text_at(item, "type") == binding.type) {
        return &item;
      }
    }
    return nullptr;
  }

  /// Whether the binding leads to something that exists, as far as must be known; sets what it leads to.
  Answer<bool> has_resource(const Kind& kind, Binding& binding) {
    if (kind.name_field != kind.id_field && !binding.text(kind.id_field).empty()) {
      return true; // an explicit id is not checked
    }
    if (const auto* live = live_binding(binding)) {
      auto inherits = may_inherit(kind, binding, *live);
      if (!inherits || *inherits) {
        return inherits;
      }
    }
    return exists(kind, binding);
  }

  Answer<bool> may_inherit(const Kind& kind, Binding& binding, const Json& live) {
    if (kind.type == "d1") {
      return may_inherit_database(binding, live);
    }
    const auto name = binding.text(kind.name_field);
    if (!kind.name_field.empty() && !name.empty() && name != text_at(live, kind.name_field)) {
      return false;
    }
    if (kind.type == "r2_bucket") {
      if (binding.text("jurisdiction") != text_at(live, "jurisdiction")) {
        return false;
      }
      binding.inherited = name.empty(); // a named bucket stays explicit, so that it is shown
      return true;
    }
    const auto keeps_details = kind.type == "queue"                ? "delivery_delay"
                               : kind.type == "dispatch_namespace" ? "outbound"
                                                                   : "";
    if (binding.fields->contains(keeps_details) ||
        (kind.type == "queue" && binding.fields->contains("raw"))) {
      binding.set(kind.id_field, text_at(live, kind.id_field)); // inheriting would lose them
      return false;
    }
    binding.inherited = true;
    return true;
  }

  Answer<bool> may_inherit_database(Binding& binding, const Json& live) {
    const auto name = binding.text("database_name");
    const auto jurisdiction = binding.text("jurisdiction");
    if (!name.empty() || !jurisdiction.empty()) {
      const auto database = m_api.call(database_call(text_at(live, "id")));
      if (!database) {
        return tl::unexpected(database.error());
      }
      if ((!name.empty() && name != text_at(*database, "name")) ||
          (!jurisdiction.empty() && jurisdiction != text_at(*database, "jurisdiction"))) {
        return false;
      }
    }
    binding.inherited = true;
    return true;
  }

  [[nodiscard]] Call database_call(const std::string& id_or_name) const {
    auto call = get(m_base + "/d1/database/" + id_or_name);
    call.headers.emplace_back("Content-Type", "application/json");
    return call;
  }

  /// Looks a named resource up; a binding without a name has none yet.
  Answer<bool> exists(const Kind& kind, Binding& binding) {
    const auto name = kind.name_field.empty() ? "" : binding.text(kind.name_field);
    if (name.empty()) {
      return false;
    }
    if (kind.type == "queue") {
      return is_listed(get(m_base + "/queues", {{"name", name}}), "queue_name", name);
    }
    if (kind.type == "dispatch_namespace") {
      return is_listed(get(m_base + "/workers/dispatch/namespaces"), "namespace_name", name);
    }
    auto call =
        kind.type == "d1" ? database_call(name) : get(m_base + std::string(kind.list_path) + "/" + name);
    add_jurisdiction(call, kind, binding);
    const auto found = m_api.call(call);
    if (found) {
      if (kind.type == "d1") {
        binding.set("database_id", text_at(*found, "uuid"));
      }
      return true;
    }
    const auto& failure = found.error();
    const bool absent = kind.type == "r2_bucket" ? failure.code == code::bucket_not_found
                        : kind.type == "d1"      ? failure.code == code::database_not_found
                                                 : failure.status == 404;
    return absent ? Answer<bool>(false) : tl::unexpected(failure);
  }

  Answer<bool> is_listed(const Call& call, const char* key, const std::string& name) {
    const auto list = m_api.paged(call);
    if (!list) {
      return tl::unexpected(list.error());
    }
    return std::any_of(
        list->begin(), list->end(), [&](const Json& item) { return text_at(item, key) == name; });
  }

  static void add_jurisdiction(Call& call, const Kind& kind, const Binding& binding) {
    const auto jurisdiction = binding.text("jurisdiction");
    if (kind.type == "r2_bucket" && !jurisdiction.empty()) {
      call.headers.emplace_back("cf-r2-jurisdiction", jurisdiction);
    }
  }

  /// A token that may not look a kind up can still deploy: the platform will say if the resource is missing.
  Result<void> skip_if_forbidden(const ApiFailure& failed, const Kind& kind, Binding& binding) {
    if (failed.status != 403) {
      return failure(to_error(failed));
    }
    const bool named = !kind.name_field.empty() && !binding.text(kind.name_field).empty();
    binding.inherited = !named;
    m_result.unchecked.push_back(binding.name);
    return {};
  }

  Result<void> list_once(const Kind& kind) {
    if (m_listed[kind.type] || kind.type == "ai_search_namespace" || kind.type == "agent_memory") {
      return {};
    }
    m_listed[kind.type] = true;
    auto call = get(m_base + std::string(kind.list_path));
    if (kind.type == "kv_namespace") {
      call.query = {{"per_page", "100"}, {"order", "title"}, {"direction", "asc"}, {"page", "1"}};
    } else if (kind.type == "d1") {
      call.query = {{"per_page", "1000"}, {"page", "1"}};
    }
    const bool by_pages = kind.type == "queue" || kind.type == "dispatch_namespace";
    const auto list = by_pages ? m_api.paged(call) : m_api.call(call);
    return list ? Result<void>{} : Result<void>(failure(to_error(list.error())));
  }

  Result<void> make(const Kind& kind, Binding& binding) {
    PYW_TRY(list_once(kind));
    auto name = kind.name_field.empty() ? "" : binding.text(kind.name_field);
    if (name.empty()) {
      name = default_resource_name(m_worker.name, binding.name);
    }
    Json body = {{std::string(kind.create_key), name}};
    if (kind.type == "d1" && !binding.text("jurisdiction").empty()) {
      body["jurisdiction"] = binding.text("jurisdiction");
    }
    auto call = with_json("POST", m_base + std::string(kind.list_path), body);
    add_jurisdiction(call, kind, binding);
    PYW_TRY_ASSIGN(const auto made, m_api.require(call));
    const auto id = kind.type == "kv_namespace" || kind.type == "flagship" ? text_at(made, "id")
                    : kind.type == "d1"                                    ? text_at(made, "uuid")
                                                                           : name;
    binding.set(kind.id_field, id);
    m_result.made.push_back(fmt::format("{} `{}` for `{}`", kind.label, name, binding.name));
    m_api.world().reporter.message("Made " + m_result.made.back());
    return {};
  }

  Api& m_api;
  std::string m_base;
  Worker& m_worker;
  Json m_live = Json::array();
  Json m_none = Json::array();
  std::map<std::string_view, bool> m_listed;
  ProvisionResult m_result;
};

} // namespace

std::string default_resource_name(const std::string& script, const std::string& binding) {
  return script + "-" + replace_all(to_lower(binding), "_", "-");
}

Result<ProvisionResult> provision(Api& api, const std::string& account, Worker& worker) {
  return Provisioner(api, account, worker).run();
}

} // namespace pyw::cloud
