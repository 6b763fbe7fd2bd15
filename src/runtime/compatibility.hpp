// What a Worker's compatibility date and flags mean for the guest, and which of them workerd gets.
#pragma once

#include <config/project.hpp>

#include <nlohmann/json_fwd.hpp>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace pyw::runtime {

/// The behaviours of a Python Worker that date and flags switch (workerd's compatibility-date.capnp), by the
/// name of the enabling flag. Every one that the guest or the SDK asks for is in it.
using PythonFlags = std::map<std::string, bool>;

[[nodiscard]] PythonFlags python_flags(std::string_view date, const std::vector<std::string>& flags);

/// How they are decided, for those who know date and flags later: JSON, a list of {enable, disable, since},
/// `since` being the first date that implies the flag, or "".
[[nodiscard]] nlohmann::ordered_json python_flag_rules();

/// The flags to hand to workerd: without those that select workerd's own Python support, for which it would
/// fetch a bundle, without repetitions (workerd refuses them), and without `disallow_importable_env`, which
/// would hide the guest's evaluator from the guest; with what the guest needs and an old date does not imply.
[[nodiscard]] std::vector<std::string> workerd_flags(std::string_view date,
                                                     const std::vector<std::string>& flags);

} // namespace pyw::runtime
