#include <base/defer.hpp>
#include <base/platform.hpp>
#include <base/real_filesystem.hpp>
#include <base/unique_fd.hpp>

#include <dirent.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>

namespace pyw {

namespace {

FileType type_of(mode_t mode) {
  if (S_ISREG(mode)) {
    return FileType::file;
  }
  if (S_ISDIR(mode)) {
    return FileType::directory;
  }
  return S_ISLNK(mode) ? FileType::symlink : FileType::other;
}

/// A name in the same folder that no other writer, in this process or another, uses.
Path sibling_name(const Path& path) {
  static std::atomic<unsigned> counter{0};
  auto sibling = path;
  sibling.replace_filename(fmt::format(".{}.{}-{}.tmp", path.filename().string(), ::getpid(), ++counter));
  return sibling;
}

Result<void> write_all(int descriptor, std::string_view content, const Path& path) {
  while (!content.empty()) {
    const auto written = ::write(descriptor, content.data(), content.size());
    if (written < 0) {
      if (errno == EINTR) {
        continue;
      }
      return failure(path_error("write", path, errno));
    }
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

class RealFileReader final : public FileReader {
public:
  RealFileReader(UniqueFd file, Path path) : m_file(std::move(file)), m_path(std::move(path)) {}

  [[nodiscard]] Result<std::size_t> read(char* buffer, std::size_t size) override {
    for (;;) {
      const auto got = ::read(m_file.get(), buffer, size);
      if (got >= 0) {
        return static_cast<std::size_t>(got);
      }
      if (errno != EINTR) {
        return failure(path_error("read", m_path, errno));
      }
    }
  }

private:
  UniqueFd m_file;
  Path m_path;
};

class RealFileWriter final : public FileWriter {
public:
  RealFileWriter(UniqueFd file, Path temporary, Path path, std::uint32_t mode)
      : m_file(std::move(file)), m_temporary(std::move(temporary)), m_path(std::move(path)), m_mode(mode) {}

  RealFileWriter(const RealFileWriter&) = delete;
  RealFileWriter& operator=(const RealFileWriter&) = delete;

  ~RealFileWriter() override {
    if (!m_committed) {
      ::unlink(m_temporary.c_str());
    }
  }

  [[nodiscard]] Result<void> write(std::string_view bytes) override {
    return write_all(m_file.get(), bytes, m_path);
  }

  [[nodiscard]] Result<void> commit() override {
    if (::fchmod(m_file.get(), static_cast<mode_t>(m_mode)) != 0) {
      return failure(path_error("write", m_path, errno));
    }
    m_file.reset();
    if (::rename(m_temporary.c_str(), m_path.c_str()) != 0) {
      return failure(path_error("write", m_path, errno));
    }
    m_committed = true;
    return {};
  }

private:
  UniqueFd m_file;
  Path m_temporary;
  Path m_path;
  std::uint32_t m_mode;
  bool m_committed = false;
};

} // namespace

Result<std::unique_ptr<FileReader>> RealFileSystem::open(const Path& path) const {
  UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) {
    return failure(path_error("read", path, errno));
  }
  return std::make_unique<RealFileReader>(std::move(file), path);
}

Result<std::unique_ptr<FileWriter>> RealFileSystem::create(const Path& path, std::uint32_t mode) {
  if (path.has_parent_path()) {
    PYW_TRY(make_directories(path.parent_path()));
  }
  const auto temporary = sibling_name(path);
  UniqueFd file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file.valid()) {
    return failure(path_error("write", path, errno));
  }
  return std::make_unique<RealFileWriter>(std::move(file), temporary, path, mode);
}

Result<std::string> RealFileSystem::read(const Path& path) const {
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) {
    return failure(path_error("read", path, errno));
  }
  struct stat info{};
  if (::fstat(file.get(), &info) != 0) {
    return failure(path_error("read", path, errno));
  }
  if (S_ISDIR(info.st_mode)) {
    return failure(path_error("read", path, EISDIR));
  }
  std::string content;
  // One byte more than there is: the read that finds the end must not make a large file's buffer grow. Files
  // of /proc tell a size of 0, and some give their content to the first read alone.
  constexpr std::size_t at_least = 4096;
  content.resize(std::max(at_least, static_cast<std::size_t>(std::max<off_t>(info.st_size, 0)) + 1));
  std::size_t filled = 0;
  for (;;) {
    if (filled == content.size()) {
      content.resize(content.size() + content.size() / 2);
    }
    const auto got = ::read(file.get(), content.data() + filled, content.size() - filled);
    if (got < 0) {
      if (errno == EINTR) {
        continue;
      }
      return failure(path_error("read", path, errno));
    }
    if (got == 0) {
      break;
    }
    filled += static_cast<std::size_t>(got);
  }
  content.resize(filled);
  return content;
}

Result<std::optional<FileStatus>> RealFileSystem::status(const Path& path, FollowLinks follow) const {
  struct stat info{};
  const auto outcome =
      follow == FollowLinks::yes ? ::stat(path.c_str(), &info) : ::lstat(path.c_str(), &info);
  if (outcome != 0) {
    if (errno == ENOENT || errno == ENOTDIR) {
      return std::nullopt;
    }
    return failure(path_error("look at", path, errno));
  }
  FileStatus status;
  status.type = type_of(info.st_mode);
  status.size = static_cast<std::uintmax_t>(info.st_size);
  status.modified_ns = platform::modified_ns(info);
  status.mode = info.st_mode & 07777U;
  return status;
}

Result<std::vector<DirectoryEntry>> RealFileSystem::list(const Path& directory) const {
  auto* stream = ::opendir(directory.c_str());
  if (stream == nullptr) {
    return failure(path_error("list", directory, errno));
  }
  const Defer close_stream([&] { ::closedir(stream); });
  std::vector<DirectoryEntry> entries;
  for (;;) {
    errno = 0;
    const auto* entry = ::readdir(stream);
    if (entry == nullptr) {
      if (errno != 0) {
        return failure(path_error("list", directory, errno));
      }
      break;
    }
    const std::string name = entry->d_name;
    if (name == "." || name == "..") {
      continue;
    }
    FileType type = FileType::other;
    if (entry->d_type == DT_REG) {
      type = FileType::file;
    } else if (entry->d_type == DT_DIR) {
      type = FileType::directory;
    } else if (entry->d_type == DT_LNK) {
      type = FileType::symlink;
    } else if (entry->d_type == DT_UNKNOWN) { // some file systems do not tell
      PYW_TRY_ASSIGN(const auto found, status(directory / name, FollowLinks::no));
      type = found ? found->type : FileType::other;
    }
    entries.push_back({name, type});
  }
  std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return entries;
}

Result<Path> RealFileSystem::read_link(const Path& path) const {
  std::error_code code;
  auto target = std::filesystem::read_symlink(path, code);
  if (code) {
    return failure(path_error("read the link", path, code.value()));
  }
  return target;
}

Result<void> RealFileSystem::write(const Path& path, std::string_view content, std::uint32_t mode) {
  if (path.has_parent_path()) {
    PYW_TRY(make_directories(path.parent_path()));
  }
  const auto temporary = sibling_name(path);
  UniqueFd file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file.valid()) {
    return failure(path_error("write", path, errno));
  }
  Defer remove_temporary([&] { ::unlink(temporary.c_str()); });
  PYW_TRY(write_all(file.get(), content, path));
  // fchmod, not the mode of open: the umask must not take bits off an executable we were asked to make.
  if (::fchmod(file.get(), static_cast<mode_t>(mode)) != 0 || ::fsync(file.get()) != 0) {
    return failure(path_error("write", path, errno));
  }
  file.reset();
  if (::rename(temporary.c_str(), path.c_str()) != 0) {
    return failure(path_error("write", path, errno));
  }
  remove_temporary.dismiss();
  return {};
}

Result<void> RealFileSystem::make_directories(const Path& path) {
  if (path.empty()) {
    return {};
  }
  std::error_code code;
  std::filesystem::create_directories(path, code);
  if (code) {
    return failure(path_error("make the folder", path, code.value()));
  }
  return {};
}

Result<void> RealFileSystem::remove_all(const Path& path) {
  std::error_code code;
  std::filesystem::remove_all(path, code);
  if (code) {
    return failure(path_error("remove", path, code.value()));
  }
  return {};
}

Result<void> RealFileSystem::rename(const Path& from, const Path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) {
    return failure(path_error(fmt::format("rename `{}` to", from.string()), to, errno));
  }
  return {};
}

Result<void> RealFileSystem::replace_tree(const Path& fresh, const Path& target) {
  PYW_TRY_ASSIGN(const auto present, status(target, FollowLinks::no));
  if (!present) {
    return rename(fresh, target);
  }
  const auto exchanged = platform::exchange_names(fresh, target);
  if (exchanged == 0) {
    return remove_all(fresh);
  }
  if (exchanged != EINVAL && exchanged != ENOSYS) {
    return failure(path_error("replace", target, exchanged));
  }
  // The file system cannot exchange two names: the old tree steps aside first, and comes back on failure.
  const auto aside = sibling_name(target);
  PYW_TRY(rename(target, aside));
  if (auto moved = rename(fresh, target); !moved) {
    PYW_TRY(rename(aside, target));
    return moved;
  }
  return remove_all(aside);
}

Result<void> RealFileSystem::touch(const Path& path) {
  if (::utimensat(AT_FDCWD, path.c_str(), nullptr, 0) != 0) {
    return failure(path_error("touch", path, errno));
  }
  return {};
}

Result<void> RealFileSystem::make_symlink(const Path& target, const Path& link) {
  std::error_code code;
  std::filesystem::create_symlink(target, link, code);
  if (code) {
    return failure(path_error("make the link", link, code.value()));
  }
  return {};
}

} // namespace pyw
