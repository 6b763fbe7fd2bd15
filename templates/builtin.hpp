// The templates carried inside the program: the folders of templates/projects, each a project that runs as it
// is.
#pragma once

#include <templates/file_tree.hpp>

#include <string>
#include <vector>

namespace pyw::templates {

struct BuiltinTemplate {
  std::string name;        ///< the folder's
  std::string description; ///< `[project] description` of its pyproject.toml

  bool operator==(const BuiltinTemplate&) const = default;
};

/// All of them: the first one to try first, the others by name.
[[nodiscard]] std::vector<BuiltinTemplate> builtin_templates();

/// The files of one; fails with a did-you-mean when there is none of that name.
[[nodiscard]] Result<FileTree> builtin_template(std::string_view name);

} // namespace pyw::templates
