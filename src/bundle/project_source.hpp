// What to collect, as the project's configuration says it.
#pragma once

#include <bundle/manifest.hpp>
#include <config/project.hpp>

namespace pyw::bundle {

/// `entry` is `main`, or what a command line names instead; absolute.
[[nodiscard]] BundleSource source_of(const config::Project& project, const Path& entry);

} // namespace pyw::bundle
