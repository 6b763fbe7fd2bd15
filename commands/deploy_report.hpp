// What people and tools are told about an upload.
#pragma once

#include <cloud/deploy_plan.hpp>
#include <cloud/live_config.hpp>
#include <cloud/triggers.hpp>
#include <cloud/upload.hpp>
#include <commands/command.hpp>
#include <commands/deploy_options.hpp>

#include <map>
#include <string>
#include <vector>

namespace pyw::commands {

struct BundleSize {
  std::uint64_t raw_bytes = 0;
  std::uint64_t gzip_bytes = 0;
  std::map<std::string, std::uint64_t> gzip_groups = {}; ///< of each cloud::size_group, compressed alone
};

/// "10587.18 KiB / gzip: 2704.67 KiB", and the bindings, on stderr.
void report_bundle(Context& context, const cloud::Worker& worker, const BundleSize& size);
void report_bindings(Context& context, const cloud::Worker& worker);

/// What `--dry-run` tells.
struct PlanReport {
  enum class Comparison { none, new_worker, made };
  const cloud::Worker& worker;
  const cloud::DeployPlan& plan;
  BundleSize size;
  Comparison comparison = Comparison::none;
  std::vector<cloud::ConfigChange> changes; ///< Comparison::made
};

/// The whole plan on stdout: files with sizes, bindings, requests, targets, changes. JSON with --json.
void print_plan(Context& context, const PlanReport& report);

/// The URL on stdout, the rest on stderr; JSON with --json.
void report_deployed(Context& context,
                     const cloud::Worker& worker,
                     const cloud::RemoteState& state,
                     const cloud::UploadResult& upload,
                     const cloud::TriggersResult& triggers,
                     const BundleSize& size);

/// The modules and a README in `directory`: what `--outdir` leaves.
[[nodiscard]] Result<void>
write_modules(Context& context, const cloud::Worker& worker, const Path& directory);

} // namespace pyw::commands
