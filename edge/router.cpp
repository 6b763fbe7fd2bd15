#include <base/text.hpp>
#include <edge/operations.hpp>
#include <edge/router.hpp>

#include <array>

namespace pyw::edge {

namespace {

constexpr auto read = Scope::read;
constexpr auto write = Scope::write;

constexpr std::array table{
    OperationRow{"GET", "/user/tokens/verify", read, "verify_token", verify_token},
    OperationRow{"GET", "/user", read, "user", show_user},
    OperationRow{"GET", "/accounts", read, "accounts", list_accounts},
    OperationRow{"GET", "/memberships", read, "memberships", list_memberships},
    OperationRow{"GET", "/accounts/:account", read, "account", show_account},
    OperationRow{"GET", "/accounts/:account/tokens/verify", read, "verify_token", verify_token},
    OperationRow{"GET", "/zones", read, "zones", list_zones},
    OperationRow{"GET", "/zones/:zone/workers/routes", read, "zone_routes", list_zone_routes},

    OperationRow{"GET", "/accounts/:account/workers/subdomain", read, "subdomain", show_account_subdomain},
    OperationRow{
        "PUT", "/accounts/:account/workers/subdomain", write, "set_subdomain", put_account_subdomain},
    OperationRow{"GET", "/accounts/:account/workers/services/:script", read, "service", show_service},
    OperationRow{"DELETE", "/accounts/:account/workers/services/:script", write, "delete", delete_script},
    OperationRow{"GET", "/accounts/:account/workers/workers/:script", read, "worker", show_worker},
    OperationRow{"PATCH",
                 "/accounts/:account/workers/workers/:script/versions/latest",
                 write,
                 "version_secrets",
                 patch_latest_version},

    OperationRow{"GET", "/accounts/:account/workers/scripts", read, "scripts", list_scripts},
    OperationRow{"PUT", "/accounts/:account/workers/scripts/:script", write, "upload", put_script},
    OperationRow{"DELETE", "/accounts/:account/workers/scripts/:script", write, "delete", delete_script},
    OperationRow{
        "GET", "/accounts/:account/workers/scripts/:script/versions", read, "versions", list_versions},
    OperationRow{
        "POST", "/accounts/:account/workers/scripts/:script/versions", write, "upload_version", post_version},
    OperationRow{
        "GET", "/accounts/:account/workers/scripts/:script/versions/:version", read, "version", show_version},
    OperationRow{"GET",
                 "/accounts/:account/workers/scripts/:script/deployments",
                 read,
                 "deployments",
                 list_deployments},
    OperationRow{
        "POST", "/accounts/:account/workers/scripts/:script/deployments", write, "deploy", post_deployment},
    OperationRow{"GET", "/accounts/:account/workers/scripts/:script/secrets", read, "secrets", list_secrets},
    OperationRow{
        "PUT", "/accounts/:account/workers/scripts/:script/secrets", write, "set_secret", put_secret},
    OperationRow{"DELETE",
                 "/accounts/:account/workers/scripts/:script/secrets/:secret",
                 write,
                 "delete_secret",
                 delete_secret},
    OperationRow{"PATCH",
                 "/accounts/:account/workers/scripts/:script/secrets-bulk",
                 write,
                 "set_secrets",
                 patch_secrets},
    OperationRow{
        "GET", "/accounts/:account/workers/scripts/:script/settings", read, "settings", show_settings},
    OperationRow{"GET",
                 "/accounts/:account/workers/scripts/:script/script-settings",
                 read,
                 "script_settings",
                 show_script_settings},
    OperationRow{"PATCH",
                 "/accounts/:account/workers/scripts/:script/script-settings",
                 write,
                 "set_script_settings",
                 patch_script_settings},
    OperationRow{"GET",
                 "/accounts/:account/workers/scripts/:script/subdomain",
                 read,
                 "script_subdomain",
                 show_subdomain},
    OperationRow{"POST",
                 "/accounts/:account/workers/scripts/:script/subdomain",
                 write,
                 "set_script_subdomain",
                 post_subdomain},
    OperationRow{
        "GET", "/accounts/:account/workers/scripts/:script/schedules", read, "schedules", show_schedules},
    OperationRow{
        "PUT", "/accounts/:account/workers/scripts/:script/schedules", write, "set_schedules", put_schedules},
    OperationRow{"GET", "/accounts/:account/workers/scripts/:script/routes", read, "routes", show_routes},
    OperationRow{"PUT", "/accounts/:account/workers/scripts/:script/routes", write, "set_routes", put_routes},
    OperationRow{"POST",
                 "/accounts/:account/workers/scripts/:script/domains/changeset",
                 read,
                 "domain_changes",
                 post_domain_changes},
    OperationRow{"PUT",
                 "/accounts/:account/workers/scripts/:script/domains/records",
                 write,
                 "set_domains",
                 put_domains},
    OperationRow{
        "GET", "/accounts/:account/workers/scripts/:script/references", read, "references", show_references},

    // What `delete` looks at first; there is none of it here.
    OperationRow{
        "GET", "/accounts/:account/workers/tails/by-consumer/:script", read, "tail_consumers", list_nothing},
    OperationRow{"GET",
                 "/accounts/:account/workers/durable_objects/namespaces",
                 read,
                 "object_namespaces",
                 list_nothing},
    OperationRow{"GET", "/accounts/:account/storage/kv/namespaces", read, "kv_namespaces", list_nothing},
    OperationRow{"GET", "/accounts/:account/queues", read, "queues", list_nothing},

    OperationRow{
        "GET", "/accounts/:account/workers/pyw/capabilities", read, "capabilities", show_capabilities},
    OperationRow{"GET", "/accounts/:account/workers/pyw/snapshots/:digest", read, "snapshot", show_snapshot},
    OperationRow{
        "PUT", "/accounts/:account/workers/pyw/snapshots/:digest", write, "upload_snapshot", put_snapshot},
    OperationRow{"POST", "/accounts/:account/workers/pyw/modules", read, "known_modules", known_modules},
};

/// Fills `path` when every step is the pattern's.
bool matches(std::string_view pattern, std::string_view path, std::map<std::string, std::string>& found) {
  const auto wanted = split(pattern, '/');
  const auto given = split(path, '/');
  if (wanted.size() != given.size()) {
    return false;
  }
  found.clear();
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i].starts_with(':')) {
      if (given[i].empty()) {
        return false;
      }
      found.emplace(wanted[i].substr(1), given[i]);
    } else if (wanted[i] != given[i]) {
      return false;
    }
  }
  return true;
}

} // namespace

std::span<const OperationRow> operations() {
  return table;
}

Matched match_operation(std::string_view method, std::string_view path) {
  constexpr std::string_view prefix = "/client/v4"; // of the platform's own address
  if (path.starts_with(prefix)) {
    path.remove_prefix(prefix.size());
  }
  Matched out;
  for (const auto& row : table) {
    std::map<std::string, std::string> found;
    if (!matches(row.pattern, path, found)) {
      continue;
    }
    if (row.method == method) {
      return {&row, std::move(found), false};
    }
    out.other_method = true;
  }
  return out;
}

} // namespace pyw::edge
