// The file system as a parameter. Functions that only read take ReadOnlyFileSystem; tests pass the one in
// memory (base/memory_filesystem.hpp), programs the real one (base/real_filesystem.hpp).
#pragma once

#include <base/result.hpp>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pyw {

using Path = std::filesystem::path;

enum class FileType { file, directory, symlink, other };
enum class FollowLinks { no, yes };

/// "cannot VERB `PATH`", with the system's words for `error_code`: what every file system fails with.
[[nodiscard]] Error path_error(std::string_view verb, const Path& path, int error_code);

struct FileStatus {
  FileType type = FileType::file;
  std::uintmax_t size = 0;      ///< bytes
  std::int64_t modified_ns = 0; ///< modification time, nanoseconds since the Unix epoch
  std::uint32_t mode = 0;       ///< permission bits (0644 …)
};

struct DirectoryEntry {
  std::string name;
  FileType type = FileType::file;
};

/// A file read piece by piece, for what is too large to hold in memory.
class FileReader {
public:
  virtual ~FileReader() = default;
  /// Fills up to `size` bytes and returns how many; 0 at the end of the file.
  [[nodiscard]] virtual Result<std::size_t> read(char* buffer, std::size_t size) = 0;
};

/// A file written piece by piece. It appears under its name with commit(); destroyed without, nothing is
/// left.
class FileWriter {
public:
  virtual ~FileWriter() = default;
  [[nodiscard]] virtual Result<void> write(std::string_view bytes) = 0;
  [[nodiscard]] virtual Result<void> commit() = 0;
};

class ReadOnlyFileSystem {
public:
  virtual ~ReadOnlyFileSystem() = default;

  /// The whole content. Fails when the path is absent, a directory, or unreadable.
  [[nodiscard]] virtual Result<std::string> read(const Path& path) const = 0;

  /// nullopt when nothing is there; fails only when it cannot be told (permissions, I/O).
  [[nodiscard]] virtual Result<std::optional<FileStatus>>
  status(const Path& path, FollowLinks follow = FollowLinks::yes) const = 0;

  /// The entries of a directory, sorted by byte value of the name, without `.` and `..`.
  [[nodiscard]] virtual Result<std::vector<DirectoryEntry>> list(const Path& directory) const = 0;

  /// Where a symbolic link points, as written in it.
  [[nodiscard]] virtual Result<Path> read_link(const Path& path) const = 0;

  /// The content piece by piece. Fails as read() does. Here it reads the whole file at once; the real file
  /// system does better.
  [[nodiscard]] virtual Result<std::unique_ptr<FileReader>> open(const Path& path) const;

  // --- Conveniences over the above ---

  [[nodiscard]] bool exists(const Path& path) const;
  [[nodiscard]] bool is_directory(const Path& path) const;
  [[nodiscard]] bool is_file(const Path& path) const;
  /// The content, or nullopt when the file is absent.
  [[nodiscard]] Result<std::optional<std::string>> read_if_exists(const Path& path) const;
};

class FileSystem : public ReadOnlyFileSystem {
public:
  /// Replaces the file whole: written beside, flushed to disk, then renamed. Missing parent folders are
  /// made. A reader, and a kill -9 at any point, sees the old content or the new, never a half.
  [[nodiscard]] virtual Result<void>
  write(const Path& path, std::string_view content, std::uint32_t mode = 0644) = 0;

  /// Like write(), but piece by piece and not flushed to disk: for trees that are checked when they are used
  /// (a flush costs 0.1 s and more a file). Here it collects the pieces; the real file system does better.
  [[nodiscard]] virtual Result<std::unique_ptr<FileWriter>> create(const Path& path,
                                                                   std::uint32_t mode = 0644);

  /// Makes the directory and its parents; no error when it is there already.
  [[nodiscard]] virtual Result<void> make_directories(const Path& path) = 0;

  /// Removes a file, a link (not its target) or a whole tree; no error when nothing is there.
  [[nodiscard]] virtual Result<void> remove_all(const Path& path) = 0;

  /// rename(2): atomic within one file system, replaces a file or an empty directory.
  [[nodiscard]] virtual Result<void> rename(const Path& from, const Path& to) = 0;

  /// Puts the tree `fresh` in the place of `target` (which may be absent) in one atomic step, then removes
  /// what was there. Both must be on the same file system; `fresh` is gone afterwards.
  [[nodiscard]] virtual Result<void> replace_tree(const Path& fresh, const Path& target) = 0;

  /// Gives a file the present time as its modification time. Fails when there is none. Here it is written
  /// anew; the real file system does better.
  [[nodiscard]] virtual Result<void> touch(const Path& path);

  [[nodiscard]] virtual Result<void> make_symlink(const Path& target, const Path& link) = 0;
};

/// Every file below `root` (not the directories), as paths relative to it with '/', depth first and in byte
/// order per directory. Symbolic links are listed as they are, never followed.
[[nodiscard]] Result<std::vector<Path>> list_tree(const ReadOnlyFileSystem& files, const Path& root);

/// Whether `path`, taken relative to a folder, stays inside it: relative, not empty, no `..` step.
[[nodiscard]] bool stays_inside(const Path& path);

} // namespace pyw
