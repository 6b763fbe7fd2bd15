// Asking the person, where data or traffic could be lost.
#pragma once

#include <functional>
#include <string>

namespace pyw::cloud {

/// Answers a yes-or-no question. Where nobody can be asked (no terminal, CI) the answer is fixed by the
/// command.
using Confirm = std::function<bool(const std::string& question)>;

/// Whether a person sits at the other end.
enum class Interaction { none, terminal };

} // namespace pyw::cloud
