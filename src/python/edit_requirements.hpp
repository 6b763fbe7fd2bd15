// Requirements added to and taken out of pyproject.toml by uv, which keeps the file's comments and order.
#pragma once

#include <python/sync.hpp>

#include <functional>
#include <string>
#include <vector>

namespace pyw::python {

enum class Edit { add, remove };

struct EditRequest {
  Edit edit = Edit::add;
  std::vector<std::string> packages; ///< PEP 508 texts; for remove, names
  bool offline = false;
};

/// Edits pyproject.toml (made when there is none), then syncs. When anything fails pyproject.toml is as it
/// was before. `reload` reads the project again after the edit.
[[nodiscard]] Result<SyncResult> edit_and_sync(World& world,
                                               const config::Project& project,
                                               const EditRequest& request,
                                               const std::function<Result<config::Project>()>& reload);

/// The pyproject.toml of a project that has none.
[[nodiscard]] std::string minimal_pyproject(const config::Project& project);

} // namespace pyw::python
