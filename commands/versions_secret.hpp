// `pyw versions secret`: secrets that come with the next version instead of at once.
#pragma once

#include <commands/command.hpp>

namespace pyw::commands {

[[nodiscard]] Runner declare_versions_secret(CLI::App& app);

} // namespace pyw::commands
