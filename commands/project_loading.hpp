// The project that a command works on, found and checked the same way by all of them.
#pragma once

#include <commands/command.hpp>
#include <config/load.hpp>

namespace pyw::commands {

/// Loads the project with -C, -c and -e as given; warnings are reported, errors returned.
[[nodiscard]] Result<config::Project> load_project(Context& context,
                                                   config::Purpose purpose,
                                                   config::SecretFiles secrets = config::SecretFiles::skip);

} // namespace pyw::commands
