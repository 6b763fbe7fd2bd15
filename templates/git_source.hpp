// A template out of a git repository.
#pragma once

#include <base/environment.hpp>
#include <base/reporter.hpp>
#include <templates/file_tree.hpp>
#include <templates/template_source.hpp>

namespace pyw::templates {

class GitFetcher {
public:
  virtual ~GitFetcher() = default;

  /// The files of `source.folder` at `source.ref`. Nothing stays on the disk, also after a failure. Fails
  /// when the repository cannot be reached, the ref or folder is not there, or the files are not safe
  /// (check_tree).
  [[nodiscard]] virtual Result<FileTree> fetch(const GitSource& source, Progress& progress) = 0;
};

/// Through libgit2, loaded on first use. One ref is fetched and no tags; libgit2 before 1.7 (Debian 12
/// has 1.5.1) cannot leave out its history. `temporary_root` is where the fetched objects lie meanwhile.
class LibgitFetcher final : public GitFetcher {
public:
  LibgitFetcher(const Environment& environment, Path temporary_root)
      : m_environment(environment), m_temporary_root(std::move(temporary_root)) {}

  [[nodiscard]] Result<FileTree> fetch(const GitSource& source, Progress& progress) override;

private:
  const Environment& m_environment;
  Path m_temporary_root;
};

} // namespace pyw::templates
