// The operating system's file system (POSIX).
#pragma once

#include <base/filesystem.hpp>

namespace pyw {

class RealFileSystem final : public FileSystem {
public:
  [[nodiscard]] Result<std::string> read(const Path& path) const override;
  [[nodiscard]] Result<std::optional<FileStatus>>
  status(const Path& path, FollowLinks follow = FollowLinks::yes) const override;
  [[nodiscard]] Result<std::vector<DirectoryEntry>> list(const Path& directory) const override;
  [[nodiscard]] Result<Path> read_link(const Path& path) const override;
  [[nodiscard]] Result<void>
  write(const Path& path, std::string_view content, std::uint32_t mode = 0644) override;
  [[nodiscard]] Result<std::unique_ptr<FileReader>> open(const Path& path) const override;
  [[nodiscard]] Result<std::unique_ptr<FileWriter>> create(const Path& path,
                                                           std::uint32_t mode = 0644) override;
  [[nodiscard]] Result<void> make_directories(const Path& path) override;
  [[nodiscard]] Result<void> remove_all(const Path& path) override;
  [[nodiscard]] Result<void> rename(const Path& from, const Path& to) override;
  [[nodiscard]] Result<void> replace_tree(const Path& fresh, const Path& target) override;
  [[nodiscard]] Result<void> touch(const Path& path) override;
  [[nodiscard]] Result<void> make_symlink(const Path& target, const Path& link) override;
};

} // namespace pyw
