// Local secrets: which .dev.vars and .env files count, as wrangler chooses them (4.164):
//   .dev.vars.ENV alone when it is there; else .dev.vars alone; else .env, .env.local, .env.ENV and
//   .env.ENV.local, later ones winning, with $NAME expanded (off with
//   CLOUDFLARE_LOAD_DEV_VARS_FROM_DOT_ENV=false; with CLOUDFLARE_INCLUDE_PROCESS_ENV=true, or when
//   `secrets.required` is set, the process environment too).
#pragma once

#include <base/environment.hpp>
#include <base/filesystem.hpp>
#include <config/findings.hpp>
#include <config/project.hpp>

namespace pyw::config {

/// Fills `project.secrets` and adds the files to `project.read_files`. Lines that cannot be understood and
/// required secrets that are missing are warnings; a file that is there but cannot be read is an error. No
/// value and no line of these files gets into a finding.
void load_secrets(const ReadOnlyFileSystem& files,
                  const Environment& environment,
                  const Path& start,
                  Project& project,
                  Findings& findings);

} // namespace pyw::config
