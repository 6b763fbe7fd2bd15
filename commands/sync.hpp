// `pyw sync`: python_modules made to fit pyproject.toml.
#pragma once

#include <commands/command.hpp>
#include <python/sync.hpp>

namespace pyw::commands {

[[nodiscard]] CommandEntry sync_command();

/// What `pyw sync`, `pyw add` and `pyw remove` end with: the result as text or JSON.
void report_sync(Context& context, const config::Project& project, const python::SyncResult& result);

} // namespace pyw::commands
