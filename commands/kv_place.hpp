// Which KV namespace a command means.
#pragma once

#include <commands/data_support.hpp>

#include <optional>
#include <string>

namespace pyw::commands {

/// As given on the command line; the first that is set counts.
struct NamespaceChoice {
  std::optional<std::string> id;
  std::optional<std::string> title;
  std::optional<std::string> binding;
  std::optional<bool> preview; ///< of the binding; nullopt: whichever it has
};

/// Declares `--preview`, which can be switched off, too.
void declare_preview(CLI::App& app, NamespaceChoice& choice);

/// The id: given, looked up by title in the account, that of the configuration's binding, or, where it has
/// none, what the live Worker was given. Fails when there is none, and when a binding has two and `preview`
/// is not said.
[[nodiscard]] Result<std::string> namespace_id(const NamespaceChoice& choice, DataSession& data);

/// All namespaces of the account, page by page until one is empty, as the platform's own client asks.
[[nodiscard]] Result<cloud::Json> all_namespaces(DataSession& data);

} // namespace pyw::commands
