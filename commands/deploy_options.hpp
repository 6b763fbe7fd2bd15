// The options that `deploy` and `versions upload` share, with wrangler's names and meaning.
#pragma once

#include <cloud/worker.hpp>
#include <commands/cloud_support.hpp>

#include <optional>
#include <string>
#include <vector>

namespace pyw::commands {

struct DeployOptions {
  cloud::WorkerOptions worker;
  bool dry_run = false;
  bool difference = false; ///< with dry_run: read what is live and show what would change
  std::optional<std::string> outdir = {};
  std::optional<std::string> outfile = {};
  std::optional<std::string> secrets_file = {};
  bool strict = false;
  bool check = true;
  bool provision = true;
  std::optional<std::string> target = {}; ///< the address of another deploy API
};

/// Adds the options to `app`; those that have no meaning for Python Workers (minify, tsconfig …) are taken
/// and ignored, so that scripts written for wrangler run.
void declare_deploy_options(CLI::App& app, DeployOptions& options, cloud::Upload upload);

} // namespace pyw::commands
