// `pyw versions deploy`: which version gets how much of the traffic.
#pragma once

#include <commands/command.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace pyw::commands {

[[nodiscard]] Runner declare_versions_deploy(CLI::App& app);

/// "ID@25%", "ID@25", "ID": the share is nullopt when it is not given. Fails on anything that is no number
/// from 0 to 100.
[[nodiscard]] Result<std::pair<std::string, std::optional<double>>>
parse_version_share(const std::string& text);

/// Gives what is left of 100 % to the versions without a share, in equal parts. Fails when the sum is not 100
/// %.
[[nodiscard]] Result<std::vector<std::pair<std::string, double>>>
distribute(const std::vector<std::pair<std::string, std::optional<double>>>& wanted);

} // namespace pyw::commands
