// The operations of the API, by the part of it they belong to. Each answers in the platform's words and
// codes.
#pragma once

#include <edge/router.hpp>

namespace pyw::edge {

// --- identity.cpp: who is asking ---
Outcome verify_token(Api& api, const Call& call);
Outcome show_user(Api& api, const Call& call);
Outcome list_accounts(Api& api, const Call& call);
Outcome show_account(Api& api, const Call& call);
Outcome list_memberships(Api& api, const Call& call);
Outcome list_zones(Api& api, const Call& call);

// --- uploads.cpp: new versions ---
Outcome put_script(Api& api, const Call& call);
Outcome post_version(Api& api, const Call& call);
Outcome patch_latest_version(Api& api, const Call& call);

// --- secrets.cpp ---
Outcome list_secrets(Api& api, const Call& call);
Outcome put_secret(Api& api, const Call& call);
Outcome delete_secret(Api& api, const Call& call);
Outcome patch_secrets(Api& api, const Call& call);

// --- versions.cpp: versions and deployments that are there ---
Outcome list_versions(Api& api, const Call& call);
Outcome show_version(Api& api, const Call& call);
Outcome list_deployments(Api& api, const Call& call);
Outcome post_deployment(Api& api, const Call& call);

// --- scripts.cpp: everything else about a Worker ---
Outcome list_scripts(Api& api, const Call& call);
Outcome show_service(Api& api, const Call& call);
Outcome show_worker(Api& api, const Call& call);
Outcome delete_script(Api& api, const Call& call);
Outcome show_settings(Api& api, const Call& call);
Outcome show_script_settings(Api& api, const Call& call);
Outcome patch_script_settings(Api& api, const Call& call);
Outcome show_subdomain(Api& api, const Call& call);
Outcome post_subdomain(Api& api, const Call& call);
Outcome show_account_subdomain(Api& api, const Call& call);
Outcome put_account_subdomain(Api& api, const Call& call);
Outcome show_schedules(Api& api, const Call& call);
Outcome put_schedules(Api& api, const Call& call);
Outcome show_routes(Api& api, const Call& call);
Outcome put_routes(Api& api, const Call& call);
Outcome list_zone_routes(Api& api, const Call& call);
Outcome post_domain_changes(Api& api, const Call& call);
Outcome put_domains(Api& api, const Call& call);
Outcome show_references(Api& api, const Call& call);
Outcome list_nothing(Api& api, const Call& call);

// --- assets.cpp ---
Outcome post_asset_session(Api& api, const Call& call);
Outcome post_assets(Api& api, const Call& call);

// --- kv.cpp, d1.cpp, r2.cpp: an account's stores ---
Outcome list_kv(Api& api, const Call& call);
Outcome create_kv(Api& api, const Call& call);
Outcome show_kv(Api& api, const Call& call);
Outcome rename_kv(Api& api, const Call& call);
Outcome delete_kv(Api& api, const Call& call);
Outcome relay_kv(Api& api, const Call& call);
Outcome list_d1(Api& api, const Call& call);
Outcome create_d1(Api& api, const Call& call);
Outcome show_d1(Api& api, const Call& call);
Outcome delete_d1(Api& api, const Call& call);
Outcome relay_d1(Api& api, const Call& call);
Outcome import_d1(Api& api, const Call& call);
Outcome export_d1(Api& api, const Call& call);
Outcome put_d1_file(Api& api, const Call& call);
Outcome get_d1_file(Api& api, const Call& call);
Outcome list_r2(Api& api, const Call& call);
Outcome create_r2(Api& api, const Call& call);
Outcome show_r2(Api& api, const Call& call);
Outcome delete_r2(Api& api, const Call& call);
Outcome relay_r2(Api& api, const Call& call);

// --- queues.cpp ---
Outcome list_queues(Api& api, const Call& call);
Outcome create_queue(Api& api, const Call& call);
Outcome show_queue(Api& api, const Call& call);
Outcome change_queue(Api& api, const Call& call);
Outcome replace_queue(Api& api, const Call& call);
Outcome delete_queue(Api& api, const Call& call);
Outcome list_consumers(Api& api, const Call& call);
Outcome add_consumer(Api& api, const Call& call);
Outcome change_consumer(Api& api, const Call& call);
Outcome remove_consumer(Api& api, const Call& call);

// --- queue_traffic.cpp: the messages of a queue ---
Outcome send_message(Api& api, const Call& call);
Outcome send_messages(Api& api, const Call& call);
Outcome pull_messages(Api& api, const Call& call);
Outcome settle_messages(Api& api, const Call& call);
Outcome purge_queue(Api& api, const Call& call);
Outcome show_queue_metrics(Api& api, const Call& call);

// --- workflows.cpp ---
Outcome list_workflows(Api& api, const Call& call);
Outcome show_workflow(Api& api, const Call& call);
Outcome put_workflow(Api& api, const Call& call);
Outcome delete_workflow(Api& api, const Call& call);
Outcome list_workflow_versions(Api& api, const Call& call);
Outcome relay_workflow(Api& api, const Call& call);

// --- tail_operations.cpp: who listens to a Worker's runs ---
Outcome create_tail(Api& api, const Call& call);
Outcome list_tails(Api& api, const Call& call);
Outcome delete_tail(Api& api, const Call& call);
void end_tails(Api& api, const std::string& account, const std::string& script);

// --- object_namespaces.cpp ---
Outcome list_object_namespaces(Api& api, const Call& call);

// --- extensions.cpp: docs/target-extensions.md ---
Outcome show_capabilities(Api& api, const Call& call);
Outcome show_snapshot(Api& api, const Call& call);
Outcome put_snapshot(Api& api, const Call& call);
Outcome known_modules(Api& api, const Call& call);

// --- What they share ---
[[nodiscard]] Problem no_such_worker();
/// A failure of the store: ours, not the caller's.
[[nodiscard]] Problem store_problem(const Error& error);
/// No workflow is the Worker's any more.
[[nodiscard]] Result<void> remove_workflows(Api& api, const Call& call, const std::string& script);
/// The name is taken: no two Workers have one workflow.
[[nodiscard]] Problem workflow_of_another(const std::string& name, const std::string& script);
[[nodiscard]] Json version_summary(const Version& version);
[[nodiscard]] Json version_details(const Version& version);
[[nodiscard]] Json deployment_json(const Deployment& deployment);
/// "wrangler" for the tools that keep the configuration in a file, else "api".
[[nodiscard]] std::string source_of(const ApiRequest& request);

/// Stores a version that was put together, once it has started: with `deploy` it also gets all the traffic.
[[nodiscard]] Outcome publish_version(Api& api,
                                      const Call& call,
                                      Version version,
                                      bool deploy,
                                      Json (*answer)(const Version&),
                                      const std::string& migration_tag = "");

} // namespace pyw::edge

/// Declares `name`, or leaves the operation with the store's failure.
#define PYW_STORED(declaration, expression)                                                                  \
  PYW_STORED_INNER(declaration, expression, PYW_CONCAT(pyw_stored_, __LINE__))
#define PYW_STORED_INNER(declaration, expression, temporary)                                                 \
  auto temporary = (expression);                                                                             \
  if (!temporary) {                                                                                          \
    return ::pyw::edge::store_problem(temporary.error());                                                    \
  }                                                                                                          \
  declaration = std::move(*temporary)

/// The same for what gives no value.
#define PYW_STORED_VOID(expression)                                                                          \
  do {                                                                                                       \
    if (const auto pyw_stored = (expression); !pyw_stored) {                                                 \
      return ::pyw::edge::store_problem(pyw_stored.error());                                                 \
    }                                                                                                        \
  } while (false)
