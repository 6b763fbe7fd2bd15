// A project's files in memory: what a template becomes before anything is written.
#pragma once

#include <base/filesystem.hpp>

#include <string>
#include <vector>

namespace pyw::templates {

enum class FileKind { plain, executable, symlink };

struct TreeFile {
  std::string path; ///< relative, '/'-separated
  FileKind kind = FileKind::plain;
  std::string content; ///< or the link's target

  bool operator==(const TreeFile&) const = default;
};

struct FileTree {
  std::vector<TreeFile> files;

  /// nullptr when there is none.
  [[nodiscard]] TreeFile* find(std::string_view path);
  [[nodiscard]] const TreeFile* find(std::string_view path) const;
};

/// More than any template needs: what is larger is a mistake, or somebody's attack on the memory.
inline constexpr std::size_t most_files = 10'000;
inline constexpr std::size_t most_bytes = 256 * std::size_t{1024} * 1024;

/// Whether a name may stand in a tree: no separator, not `.`, `..` or `.git` in any spelling that a file
/// system without case takes for it.
[[nodiscard]] bool is_safe_name(std::string_view name);

/// Fails, naming the path, when the tree could write outside its folder: an unsafe name, a link that leads
/// out, a path that runs through a link, the same path twice; and when it is too large.
[[nodiscard]] Result<void> check_tree(const FileTree& tree);

/// The files of a folder on this disk, without `.git` and what is made anew (python_modules, .venv, .pyw …).
[[nodiscard]] Result<FileTree> read_tree(const ReadOnlyFileSystem& files, const Path& folder);

} // namespace pyw::templates
