// What `--template T` may be: a built-in name, a folder of this machine, or a folder in a git repository.
#pragma once

#include <base/filesystem.hpp>

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace pyw::templates {

struct BuiltinSource {
  std::string name;
  bool operator==(const BuiltinSource&) const = default;
};

struct FolderSource {
  Path folder;
  bool operator==(const FolderSource&) const = default;
};

/// A place in a repository. `https://host/OWNER/REPO/tree/a/b/c` does not say where the ref ends and the
/// folder begins: `tree` then holds "a/b/c" and the repository's own refs decide.
struct GitSource {
  std::string repository; ///< what git clones
  std::string ref;        ///< branch, tag or commit; empty: the default branch
  std::string folder;     ///< inside the repository; empty: its root
  std::string tree;       ///< REF/FOLDER not yet told apart; `ref` and `folder` are empty then

  bool operator==(const GitSource&) const = default;
};

using TemplateSource = std::variant<BuiltinSource, FolderSource, GitSource>;

/// Reads `text` as typed:
///   NAME                                    a built-in template
///   ./DIR, ../DIR, /DIR, ~/DIR, an existing folder
///   https://HOST/OWNER/REPO[/FOLDER]        also http, git, ssh
///   https://HOST/OWNER/REPO/tree/REF[/FOLDER]
///   URL#REF, URL#REF:FOLDER, URL#:FOLDER
///   USER@HOST:OWNER/REPO[/FOLDER]           ssh as git writes it
///   file:///DIR[/FOLDER]                    a repository of this machine
/// `here` is the folder relative ones start from. Fails (usage) on a URL without a repository.
[[nodiscard]] Result<TemplateSource>
parse_source(const ReadOnlyFileSystem& files, std::string_view text, const Path& here, const Path& home);

/// REF and FOLDER of a `tree` text, by the names of the refs that the repository has: the longest that fits.
/// The first segment counts as a commit when no ref fits.
struct RefAndFolder {
  std::string ref;
  std::string folder;

  bool operator==(const RefAndFolder&) const = default;
};

[[nodiscard]] RefAndFolder split_tree(std::string_view tree, const std::vector<std::string>& refs);

} // namespace pyw::templates
