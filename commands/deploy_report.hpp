// What people and tools are told about an upload.
#pragma once

#include <cloud/deploy_plan.hpp>
#include <cloud/triggers.hpp>
#include <cloud/upload.hpp>
#include <commands/command.hpp>
#include <commands/deploy_options.hpp>

#include <string>

namespace pyw::commands {

struct BundleSize {
  std::uint64_t raw_bytes = 0;
  std::uint64_t gzip_bytes = 0;
};

/// "10587.18 KiB / gzip: 2704.67 KiB", and the bindings, on stderr.
void report_bundle(Context& context, const cloud::Worker& worker, const BundleSize& size);
void report_bindings(Context& context, const cloud::Worker& worker);

/// The whole plan on stdout: files with sizes, bindings, requests, targets. JSON with --json.
void print_plan(Context& context,
                const cloud::Worker& worker,
                const cloud::DeployPlan& plan,
                const BundleSize& size);

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
