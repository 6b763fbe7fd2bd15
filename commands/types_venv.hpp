// `pyw types --venv`: a virtual environment for editors and checkers, of the Worker's Python and with its
// packages. The Worker itself runs from python_modules and needs none.
#pragma once

#include <base/world.hpp>
#include <config/project.hpp>
#include <toolchain/uv.hpp>

#include <string>
#include <vector>

namespace pyw::commands {

/// What uv is asked for. Pure.
struct VenvPlan {
  Path folder;                            ///< `.venv` beside the configuration
  std::vector<Command> commands;          ///< in order
  std::vector<std::string> packages = {}; ///< "fastapi==0.116.1", as pylock.toml has them; else as required
};

/// An environment that is there is kept and only gets the packages. `lock`: the text of pylock.toml.
[[nodiscard]] Result<VenvPlan> plan_venv(const config::Project& project,
                                         const Path& uv,
                                         const std::string& python,
                                         const std::optional<std::string>& lock,
                                         bool exists);

/// Makes it, with the pinned uv or a newer one of the user's. uv fetches the Python where this machine has
/// none of that version. Fails with what uv says; what is there by then stays.
[[nodiscard]] Result<void> make_venv(World& world, const config::Project& project, const std::string& python);

} // namespace pyw::commands
