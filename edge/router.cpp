#include <base/text.hpp>
#include <edge/operations.hpp>
#include <edge/router.hpp>

#include <array>

namespace pyw::edge {

namespace {

constexpr auto read = Scope::read;
constexpr auto write = Scope::write;
constexpr auto assets = Scope::assets;
constexpr auto address = Scope::address;

constexpr std::array route_table{
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

    // To look on is a right to read: nothing of the Worker changes.
    OperationRow{"GET", "/accounts/:account/workers/scripts/:script/tails", read, "tails", list_tails},
    OperationRow{
        "POST", "/accounts/:account/workers/scripts/:script/tails", read, "create_tail", create_tail},
    OperationRow{
        "DELETE", "/accounts/:account/workers/scripts/:script/tails/:tail", read, "delete_tail", delete_tail},

    OperationRow{"POST",
                 "/accounts/:account/workers/scripts/:script/assets-upload-session",
                 write,
                 "assets_session",
                 post_asset_session},
    OperationRow{"POST", "/accounts/:account/workers/assets/upload", assets, "upload_assets", post_assets},

    // What `delete` looks at first; there is none of it here.
    OperationRow{
        "GET", "/accounts/:account/workers/tails/by-consumer/:script", read, "tail_consumers", list_nothing},
    OperationRow{"GET",
                 "/accounts/:account/workers/durable_objects/namespaces",
                 read,
                 "object_namespaces",
                 list_object_namespaces},
    OperationRow{"GET", "/accounts/:account/storage/kv/namespaces", read, "kv_namespaces", list_kv},
    OperationRow{"POST", "/accounts/:account/storage/kv/namespaces", write, "create_kv", create_kv},
    OperationRow{"GET", "/accounts/:account/storage/kv/namespaces/:kv", read, "kv_namespace", show_kv},
    OperationRow{"PUT", "/accounts/:account/storage/kv/namespaces/:kv", write, "rename_kv", rename_kv},
    OperationRow{"DELETE", "/accounts/:account/storage/kv/namespaces/:kv", write, "delete_kv", delete_kv},
    OperationRow{"GET", "/accounts/:account/storage/kv/namespaces/:kv/*rest", read, "read_kv", relay_kv},
    // Reads as well, for which the keys are a body.
    OperationRow{"POST", "/accounts/:account/storage/kv/namespaces/:kv/bulk/get", read, "read_kv", relay_kv},
    OperationRow{"POST", "/accounts/:account/storage/kv/namespaces/:kv/*rest", write, "write_kv", relay_kv},
    OperationRow{"PUT", "/accounts/:account/storage/kv/namespaces/:kv/*rest", write, "write_kv", relay_kv},
    OperationRow{"DELETE", "/accounts/:account/storage/kv/namespaces/:kv/*rest", write, "write_kv", relay_kv},

    OperationRow{"GET", "/accounts/:account/d1/database", read, "d1_databases", list_d1},
    OperationRow{"POST", "/accounts/:account/d1/database", write, "create_d1", create_d1},
    OperationRow{"GET", "/accounts/:account/d1/database/:d1", read, "d1_database", show_d1},
    OperationRow{"DELETE", "/accounts/:account/d1/database/:d1", write, "delete_d1", delete_d1},
    OperationRow{"POST", "/accounts/:account/d1/database/:d1/query", write, "query_d1", relay_d1},
    OperationRow{"POST", "/accounts/:account/d1/database/:d1/dump", write, "query_d1", relay_d1},
    OperationRow{"POST", "/accounts/:account/d1/database/:d1/import", write, "import_d1", import_d1},
    OperationRow{"POST", "/accounts/:account/d1/database/:d1/export", write, "export_d1", export_d1},

    OperationRow{"PUT", "/accounts/:account/d1/files/:file", address, "upload_d1_file", put_d1_file},
    OperationRow{"GET", "/accounts/:account/d1/files/:file", address, "fetch_d1_file", get_d1_file},

    OperationRow{"GET", "/accounts/:account/r2/buckets", read, "r2_buckets", list_r2},
    OperationRow{"POST", "/accounts/:account/r2/buckets", write, "create_r2", create_r2},
    OperationRow{"GET", "/accounts/:account/r2/buckets/:r2", read, "r2_bucket", show_r2},
    OperationRow{"DELETE", "/accounts/:account/r2/buckets/:r2", write, "delete_r2", delete_r2},
    OperationRow{"GET", "/accounts/:account/r2/buckets/:r2/objects", read, "read_r2", relay_r2},
    OperationRow{"GET", "/accounts/:account/r2/buckets/:r2/objects/*rest", read, "read_r2", relay_r2},
    OperationRow{"PUT", "/accounts/:account/r2/buckets/:r2/objects/*rest", write, "write_r2", relay_r2},
    OperationRow{"DELETE", "/accounts/:account/r2/buckets/:r2/objects/*rest", write, "write_r2", relay_r2},
    OperationRow{"GET", "/accounts/:account/queues", read, "queues", list_queues},
    OperationRow{"POST", "/accounts/:account/queues", write, "create_queue", create_queue},
    OperationRow{"GET", "/accounts/:account/queues/:queue", read, "queue", show_queue},
    OperationRow{"PATCH", "/accounts/:account/queues/:queue", write, "change_queue", change_queue},
    OperationRow{"PUT", "/accounts/:account/queues/:queue", write, "replace_queue", replace_queue},
    OperationRow{"DELETE", "/accounts/:account/queues/:queue", write, "delete_queue", delete_queue},
    OperationRow{"POST", "/accounts/:account/queues/:queue/messages", write, "send_message", send_message},
    OperationRow{
        "POST", "/accounts/:account/queues/:queue/messages/batch", write, "send_messages", send_messages},
    OperationRow{
        "POST", "/accounts/:account/queues/:queue/messages/pull", write, "pull_messages", pull_messages},
    OperationRow{
        "POST", "/accounts/:account/queues/:queue/messages/ack", write, "settle_messages", settle_messages},
    OperationRow{"POST", "/accounts/:account/queues/:queue/purge", write, "purge_queue", purge_queue},
    OperationRow{
        "GET", "/accounts/:account/queues/:queue/metrics", read, "queue_metrics", show_queue_metrics},
    OperationRow{"GET", "/accounts/:account/queues/:queue/consumers", read, "consumers", list_consumers},
    OperationRow{"POST", "/accounts/:account/queues/:queue/consumers", write, "add_consumer", add_consumer},
    OperationRow{"PUT",
                 "/accounts/:account/queues/:queue/consumers/:consumer",
                 write,
                 "change_consumer",
                 change_consumer},
    OperationRow{"DELETE",
                 "/accounts/:account/queues/:queue/consumers/:consumer",
                 write,
                 "remove_consumer",
                 remove_consumer},

    OperationRow{"GET", "/accounts/:account/workflows", read, "workflows", list_workflows},
    OperationRow{"GET", "/accounts/:account/workflows/:workflow", read, "workflow", show_workflow},
    OperationRow{"PUT", "/accounts/:account/workflows/:workflow", write, "set_workflow", put_workflow},
    OperationRow{
        "DELETE", "/accounts/:account/workflows/:workflow", write, "delete_workflow", delete_workflow},
    OperationRow{"GET",
                 "/accounts/:account/workflows/:workflow/versions",
                 read,
                 "workflow_versions",
                 list_workflow_versions},
    OperationRow{
        "GET", "/accounts/:account/workflows/:workflow/instances", read, "instances", relay_workflow},
    OperationRow{
        "GET", "/accounts/:account/workflows/:workflow/instances/", read, "instances", relay_workflow},
    OperationRow{
        "POST", "/accounts/:account/workflows/:workflow/instances", write, "create_instance", relay_workflow},
    OperationRow{"POST",
                 "/accounts/:account/workflows/:workflow/instances/batch",
                 write,
                 "create_instances",
                 relay_workflow},
    OperationRow{"POST",
                 "/accounts/:account/workflows/:workflow/instances/batch/delete",
                 write,
                 "delete_instances",
                 relay_workflow},
    OperationRow{"PUT",
                 "/accounts/:account/workflows/:workflow/instances/terminate",
                 write,
                 "terminate_instances",
                 relay_workflow},
    OperationRow{"GET",
                 "/accounts/:account/workflows/:workflow/instances/:instance",
                 read,
                 "instance",
                 relay_workflow},
    OperationRow{"DELETE",
                 "/accounts/:account/workflows/:workflow/instances/:instance",
                 write,
                 "delete_instance",
                 relay_workflow},
    OperationRow{"PATCH",
                 "/accounts/:account/workflows/:workflow/instances/:instance/status",
                 write,
                 "set_instance_status",
                 relay_workflow},
    OperationRow{"POST",
                 "/accounts/:account/workflows/:workflow/instances/:instance/events/:type",
                 write,
                 "send_instance_event",
                 relay_workflow},

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
  const bool goes_on = wanted.back().starts_with('*'); // for all that is left
  if (goes_on ? wanted.size() > given.size() : wanted.size() != given.size()) {
    return false;
  }
  found.clear();
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i].starts_with('*')) {
      break;
    }
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
  return route_table;
}

Matched match_operation(std::string_view method, std::string_view path) {
  constexpr std::string_view prefix = "/client/v4"; // of the platform's own address
  if (path.starts_with(prefix)) {
    path.remove_prefix(prefix.size());
  }
  Matched out;
  for (const auto& row : route_table) {
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
