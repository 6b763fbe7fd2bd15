#include <base/text.hpp>
#include <templates/file_tree.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <set>

namespace pyw::templates {

namespace {

/// Made by tools in a project's folder; `.git` is left out everywhere.
constexpr std::array<std::string_view, 8> made_anew{
    "python_modules",
    ".venv",
    ".venv-workers",
    ".pyw",
    ".wrangler",
    "__pycache__",
    "node_modules",
    ".git",
};

Error unsafe(std::string_view path, std::string_view why) {
  return user_error(fmt::format("the template is refused: `{}` {}", path, why));
}

Result<void> check_path(std::string_view path) {
  for (const auto part : split(path, '/')) {
    if (!is_safe_name(part)) {
      return failure(unsafe(path, "is no path inside a project"));
    }
  }
  return {};
}

Result<void> check_link(const TreeFile& link) {
  const Path target = link.content;
  const auto reached = (Path(link.path).parent_path() / target).lexically_normal();
  const bool inside =
      !link.content.empty() && target.is_relative() && (reached == "." || stays_inside(reached));
  return inside
             ? Result<void>{}
             : failure(unsafe(link.path, fmt::format("is a link out of its folder, to `{}`", link.content)));
}

Result<void>
read_into(const ReadOnlyFileSystem& files, const Path& folder, const std::string& prefix, FileTree& tree) {
  PYW_TRY_ASSIGN(const auto entries, files.list(folder));
  for (const auto& entry : entries) {
    if (std::find(made_anew.begin(), made_anew.end(), entry.name) != made_anew.end()) {
      continue;
    }
    const auto path = folder / entry.name;
    if (entry.type == FileType::directory) {
      PYW_TRY(read_into(files, path, prefix + entry.name + "/", tree));
    } else if (entry.type == FileType::symlink) {
      PYW_TRY_ASSIGN(const auto target, files.read_link(path));
      tree.files.push_back({prefix + entry.name, FileKind::symlink, target.string()});
    } else if (entry.type == FileType::file) {
      PYW_TRY_ASSIGN(const auto status, files.status(path));
      const bool executable = status && (status->mode & 0111U) != 0;
      PYW_TRY_ASSIGN(auto content, files.read(path));
      tree.files.push_back(
          {prefix + entry.name, executable ? FileKind::executable : FileKind::plain, std::move(content)});
    }
    if (tree.files.size() > most_files) {
      return failure(user_error(fmt::format("`{}` holds more than {} files", folder.string(), most_files)));
    }
  }
  return {};
}

} // namespace

TreeFile* FileTree::find(std::string_view path) {
  const auto found =
      std::find_if(files.begin(), files.end(), [&](const auto& file) { return file.path == path; });
  return found == files.end() ? nullptr : &*found;
}

const TreeFile* FileTree::find(std::string_view path) const {
  const auto found =
      std::find_if(files.begin(), files.end(), [&](const auto& file) { return file.path == path; });
  return found == files.end() ? nullptr : &*found;
}

bool is_safe_name(std::string_view name) {
  if (name.empty() || name == "." || name == ".." ||
      name.find_first_of(std::string_view("/\\\0", 3)) != std::string_view::npos) {
    return false;
  }
  // macOS ignores case, Windows also dots and blanks at the end and knows the name GIT~1.
  auto plain = to_lower(name);
  plain.erase(plain.find_last_not_of(". ") + 1);
  return plain != ".git" && plain != "git~1";
}

Result<void> check_tree(const FileTree& tree) {
  std::set<std::string> taken;
  std::size_t bytes = 0;
  for (const auto& file : tree.files) {
    PYW_TRY(check_path(file.path));
    if (file.kind == FileKind::symlink) {
      PYW_TRY(check_link(file));
    }
    if (!taken.insert(file.path).second) {
      return failure(unsafe(file.path, "is there twice"));
    }
    bytes += file.content.size();
  }
  for (const auto& file : tree.files) {
    for (auto parent = Path(file.path).parent_path(); !parent.empty(); parent = parent.parent_path()) {
      if (taken.contains(parent.string())) {
        return failure(
            unsafe(file.path, fmt::format("lies below `{}`, which is no folder", parent.string())));
      }
    }
  }
  if (tree.files.size() > most_files || bytes > most_bytes) {
    return failure(user_error(fmt::format("the template is too large: {} and {}",
                                          counted(tree.files.size(), "file", "files"),
                                          human_size(bytes))));
  }
  return {};
}

Result<FileTree> read_tree(const ReadOnlyFileSystem& files, const Path& folder) {
  FileTree tree;
  PYW_TRY(read_into(files, folder, "", tree));
  return tree;
}

} // namespace pyw::templates
