// A file system in memory, for tests. Paths are taken as given after lexical normalisation; relative ones are
// relative to "/".
#pragma once

#include <base/filesystem.hpp>

#include <functional>
#include <map>

namespace pyw {

class MemoryFileSystem final : public FileSystem {
public:
  [[nodiscard]] Result<std::string> read(const Path& path) const override;
  [[nodiscard]] Result<std::optional<FileStatus>>
  status(const Path& path, FollowLinks follow = FollowLinks::yes) const override;
  [[nodiscard]] Result<std::vector<DirectoryEntry>> list(const Path& directory) const override;
  [[nodiscard]] Result<Path> read_link(const Path& path) const override;
  [[nodiscard]] Result<void>
  write(const Path& path, std::string_view content, std::uint32_t mode = 0644) override;
  [[nodiscard]] Result<void> make_directories(const Path& path) override;
  [[nodiscard]] Result<void> remove_all(const Path& path) override;
  [[nodiscard]] Result<void> rename(const Path& from, const Path& to) override;
  [[nodiscard]] Result<void> replace_tree(const Path& fresh, const Path& target) override;
  [[nodiscard]] Result<void> make_symlink(const Path& target, const Path& link) override;

  /// Makes every later change fail with this errno when `refuses` says so: a full disk, a read-only folder.
  void fail_changes(std::function<int(const Path&)> error_code_for) { m_fail = std::move(error_code_for); }

  /// Moves the time that new writes get, in nanoseconds; each write adds one.
  void tick(std::int64_t nanoseconds) { m_now_ns += nanoseconds; }

private:
  struct Node {
    FileType type = FileType::file;
    std::string content; ///< or the target of a link
    std::uint32_t mode = 0644;
    std::int64_t modified_ns = 0;
  };

  [[nodiscard]] Result<void> may_change(const Path& path) const;
  [[nodiscard]] const Node* find(const Path& path, FollowLinks follow) const;

  std::map<std::string, Node> m_nodes;
  std::function<int(const Path&)> m_fail;
  std::int64_t m_now_ns = 1'790'000'000'000'000'000;
};

} // namespace pyw
