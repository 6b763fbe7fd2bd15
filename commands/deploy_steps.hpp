// What a deployment is made of beside its modules, and what is done before and after the upload itself.
#pragma once

#include <cloud/deploy_plan.hpp>
#include <commands/deploy_options.hpp>
#include <commands/deploy_report.hpp>

#include <string>

namespace pyw::commands {

void warn(Context& context, std::string message);

/// Sizes of the modules, raw and compressed; compressed ones are kept in the cache.
[[nodiscard]] Result<BundleSize> measure(Context& context, const cloud::Worker& worker);

/// Secrets that the Worker must have and that nothing here sets are taken over from the live version. Fails
/// where there is none.
[[nodiscard]] Result<void> add_required_secrets(cloud::Worker& worker, const cloud::RemoteState& state);
/// Secrets of `--secrets-file`.
[[nodiscard]] Result<void>
add_file_secrets(const DeployOptions& options, Context& context, cloud::Worker& worker);

/// Durable Object migrations that the live Worker lacks. Fails where a version cannot carry them.
[[nodiscard]] Result<void> add_migrations(cloud::Api& api,
                                          const std::string& account,
                                          const cloud::Worker& worker,
                                          cloud::UploadParts& parts,
                                          Context& context);

/// Uploads the assets that the platform lacks and notes its token in `parts`.
[[nodiscard]] Result<void> send_assets(cloud::Api& api,
                                       const std::string& account,
                                       const cloud::Worker& worker,
                                       cloud::UploadParts& parts,
                                       Context& context);

/// What is known without asking the platform.
[[nodiscard]] cloud::UploadParts local_parts(const cloud::Worker& worker, Context& context);

/// `--dry-run`: the plan, and with `--diff` what it would change of what is live, which is read for it.
/// Nothing is changed. `size` is that of measure().
[[nodiscard]] Result<int>
dry_run(const DeployOptions& options, cloud::Worker& worker, const BundleSize& size, Context& context);

/// After `versions upload`: the preview's address.
[[nodiscard]] Result<void> finish_version(CloudSession& session,
                                          const cloud::Worker& worker,
                                          const cloud::UploadResult& result,
                                          const cloud::RemoteState& state,
                                          const BundleSize& size,
                                          Context& context);

/// After an upload that is live: the triggers, and where the Worker is reached.
[[nodiscard]] Result<void> finish_deployment(CloudSession& session,
                                             const cloud::Worker& worker,
                                             const cloud::UploadResult& result,
                                             const cloud::RemoteState& state,
                                             const BundleSize& size,
                                             Context& context);

} // namespace pyw::commands
