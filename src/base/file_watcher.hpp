// Tells when files change: directories are watched, changes are reported as paths, and losing count
// (a kernel queue that overflowed) is a change of its own that means "look at everything again".
#pragma once

#include <base/result.hpp>

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace pyw {

struct FileChange {
  enum class Kind {
    changed,    ///< a file was written and closed, moved, made or removed
    overflowed, ///< changes were lost: rescan
  };
  Kind kind = Kind::changed;
  std::filesystem::path path;

  bool operator==(const FileChange&) const = default;
};

/// Whether a folder, given by its absolute path, is left out together with everything below it.
using SkipFolder = std::function<bool(const std::filesystem::path&)>;

class FileWatcher {
public:
  virtual ~FileWatcher() = default;

  /// Becomes readable when read() has something to tell.
  [[nodiscard]] virtual int descriptor() const = 0;

  /// Watches a folder and all folders below it, also those made later. Watching twice does no harm, and costs
  /// next to nothing: what is watched already is not looked through again.
  /// A link to a file is followed to where it points, a link to a folder is not.
  /// Fails, naming the sysctl, when the system's limit on watches is reached.
  [[nodiscard]] virtual Result<void> watch_tree(const std::filesystem::path& root,
                                                const SkipFolder& skip) = 0;

  /// The next watch_tree looks through everything again, also what is watched already: for when `skip` says
  /// something else than before, or folders were made that nobody saw.
  virtual void look_through_again() = 0;

  /// Watches one file (which may be absent) through its folder.
  [[nodiscard]] virtual Result<void> watch_file(const std::filesystem::path& file) = 0;

  /// What changed since the last call, each path once, without waiting. A file that is still being written is
  /// reported when it is closed.
  [[nodiscard]] virtual std::vector<FileChange> read() = 0;
};

/// Looks at the files itself, every `interval`; for folders in which changes raise no events. Links to
/// folders are not followed. The same promises otherwise, but a file is reported also while it is being
/// written.
[[nodiscard]] Result<std::unique_ptr<FileWatcher>> make_polling_watcher(std::chrono::milliseconds interval);

/// inotify(7) on Linux.
[[nodiscard]] Result<std::unique_ptr<FileWatcher>> make_file_watcher();

} // namespace pyw
