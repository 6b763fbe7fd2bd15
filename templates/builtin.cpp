#include <base/suggest.hpp>
#include <base/text.hpp>
#include <templates/builtin.hpp>
#include <templates/project_files.hpp>
#include <templates/project_name.hpp>

#include <fmt/core.h>

#include <algorithm>

namespace pyw::templates {

namespace {

constexpr std::string_view first_to_try = "hello";

struct EmbeddedPath {
  std::string_view folder; ///< the template
  std::string_view rest;   ///< inside it
};

EmbeddedPath split_path(std::string_view path) {
  const auto slash = path.find('/');
  return {path.substr(0, slash),
          slash == std::string_view::npos ? std::string_view{} : path.substr(slash + 1)};
}

std::vector<std::string> names() {
  std::vector<std::string> all;
  for (const auto& entry : builtin_templates()) {
    all.push_back(entry.name);
  }
  return all;
}

} // namespace

std::vector<BuiltinTemplate> builtin_templates() {
  std::vector<BuiltinTemplate> all;
  for (const auto& file : project_files()) { // sorted by path
    const auto [folder, rest] = split_path(file.path);
    if (rest == "pyproject.toml") {
      all.push_back({std::string(folder), pyproject_text(file.content, "description")});
    }
  }
  std::stable_partition(all.begin(), all.end(), [](const auto& entry) { return entry.name == first_to_try; });
  return all;
}

Result<FileTree> builtin_template(std::string_view name) {
  FileTree tree;
  for (const auto& file : project_files()) {
    const auto [folder, rest] = split_path(file.path);
    if (folder == name) {
      tree.files.push_back({std::string(rest), FileKind::plain, std::string(file.content)});
    }
  }
  if (!tree.files.empty()) {
    return tree;
  }
  std::vector<std::string> hints;
  if (const auto guess = nearest(name, names())) {
    hints.push_back(fmt::format("did you mean `{}`?", *guess));
  }
  hints.emplace_back("`pyw init --list` shows the built-in ones; a folder or a git URL works as well");
  return failure(user_error(fmt::format("there is no template `{}`", name), std::move(hints)));
}

} // namespace pyw::templates
