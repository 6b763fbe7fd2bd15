#include <base/file_watcher.hpp>
#include <base/unique_fd.hpp>

#include <dirent.h>
#include <fmt/core.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <map>
#include <set>
#include <utility>

namespace pyw {

namespace {

using std::filesystem::path;

// Not IN_MODIFY: it fires in the middle of a write. IN_CREATE only for folders and links; a new regular file
// is reported when it is closed.
constexpr std::uint32_t folder_mask = IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE | IN_DELETE |
                                      IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR | IN_EXCL_UNLINK;

struct WatchedFolder {
  path folder;
  bool whole_tree = false;
  bool walked = false; ///< all folders below it are watched too; new ones raise events
  SkipFolder skip;
  std::set<std::string> names; ///< when not the whole tree: the files asked for
};

Error watch_error(const path& folder, int code) {
  if (code == ENOSPC) {
    return user_error(
        fmt::format("cannot watch `{}`: the limit on inotify watches is reached", folder.string()),
        {"raise it: `sysctl fs.inotify.max_user_watches=524288` (as root)",
         "or leave folders out with .gitignore",
         "or look for changes without watches: `pyw dev --poll`"});
  }
  if (code == EMFILE) {
    return user_error("cannot watch files: the limit on inotify instances is reached",
                      {"raise it: `sysctl fs.inotify.max_user_instances=512` (as root)"});
  }
  return system_error(fmt::format("cannot watch `{}`", folder.string()), code);
}

class InotifyWatcher final : public FileWatcher {
public:
  explicit InotifyWatcher(UniqueFd descriptor) : m_descriptor(std::move(descriptor)) {}

  [[nodiscard]] int descriptor() const override { return m_descriptor.get(); }

  [[nodiscard]] Result<void> watch_tree(const path& root, const SkipFolder& skip) override {
    PYW_TRY_ASSIGN(const auto watch, add(root));
    if (watch == not_there) {
      return {};
    }
    auto& watched = m_folders[watch];
    const bool is_known = watched.walked && watched.folder == root;
    watched.folder = root;
    watched.whole_tree = true;
    watched.skip = skip;
    if (is_known) {
      return {};
    }
    PYW_TRY(walk(root, skip));
    m_folders[watch].walked = true;
    return {};
  }

  void look_through_again() override {
    for (auto& [watch, watched] : m_folders) {
      watched.walked = false;
    }
  }

  [[nodiscard]] Result<void> watch_file(const path& file) override {
    PYW_TRY_ASSIGN(const auto watch, add(file.parent_path()));
    if (watch != not_there) {
      m_folders[watch].folder = file.parent_path();
      m_folders[watch].names.insert(file.filename());
    }
    return {};
  }

  [[nodiscard]] std::vector<FileChange> read() override {
    std::vector<FileChange> changes;
    alignas(inotify_event) std::array<char, 64 * 1024> buffer{};
    for (;;) {
      const auto got = ::read(m_descriptor.get(), buffer.data(), buffer.size());
      if (got <= 0) { // EAGAIN: that was all
        break;
      }
      for (ssize_t at = 0; at < got;) {
        inotify_event event{};
        std::memcpy(&event, buffer.data() + at, sizeof event);
        const char* name = event.len > 0 ? buffer.data() + at + sizeof event : "";
        handle(event, name, changes);
        at += static_cast<ssize_t>(sizeof event + event.len);
      }
    }
    return unique(std::move(changes));
  }

private:
  static constexpr int not_there = -1; ///< a folder that is gone again, or not there yet

  Result<int> add(const path& folder) {
    const auto watch = ::inotify_add_watch(m_descriptor.get(), folder.c_str(), folder_mask);
    if (watch < 0) {
      if (errno == ENOENT || errno == ENOTDIR) {
        return not_there;
      }
      return failure(watch_error(folder, errno));
    }
    return watch;
  }

  Result<void> walk(const path& root, const SkipFolder& skip) {
    std::error_code code;
    for (std::filesystem::directory_iterator entry(root, code), end; !code && entry != end;
         entry.increment(code)) {
      std::error_code ignored;
      if (entry->is_symlink(ignored)) {
        PYW_TRY(watch_target(entry->path()));
      } else if (entry->is_directory(ignored) && !skip(entry->path())) {
        PYW_TRY(watch_tree(entry->path(), skip));
      }
    }
    return {};
  }

  /// The file behind a link: who writes it knows nothing of the link.
  Result<void> watch_target(const path& link) {
    std::error_code code;
    const auto target = std::filesystem::canonical(link, code);
    if (code || !std::filesystem::is_regular_file(target, code)) {
      return {}; // leads nowhere, in circles, or to a folder
    }
    return watch_file(target);
  }

  void handle(const inotify_event& event, const std::string& name, std::vector<FileChange>& changes) {
    if ((event.mask & IN_Q_OVERFLOW) != 0) {
      look_through_again(); // folders may have been made that nobody watches
      changes.push_back({FileChange::Kind::overflowed, {}});
      return;
    }
    const auto found = m_folders.find(event.wd);
    if (found == m_folders.end()) {
      return;
    }
    if ((event.mask & IN_IGNORED) != 0) { // the folder is gone, the kernel dropped the watch
      m_folders.erase(found);
      return;
    }
    // A copy: watching a new folder below may move the map's nodes' neighbours.
    const auto watched = found->second;
    if (name.empty()) {
      return;
    }
    const auto changed = watched.folder / name;
    if (!watched.whole_tree) {
      if (watched.names.contains(name)) {
        changes.push_back({FileChange::Kind::changed, changed});
      }
      return;
    }
    if ((event.mask & IN_ISDIR) != 0) {
      handle_folder(event, watched, changed, changes);
    } else if ((event.mask & IN_CREATE) == 0 || arrives_whole(changed)) {
      static_cast<void>(watch_target(changed)); // if it is a link; without a watch it is as it was before
      changes.push_back({FileChange::Kind::changed, changed});
    }
  }

  /// A symbolic or hard link is complete when it is made: no close will follow.
  static bool arrives_whole(const path& file) {
    struct stat info{};
    return ::lstat(file.c_str(), &info) == 0 && (S_ISLNK(info.st_mode) || info.st_nlink > 1);
  }

  void handle_folder(const inotify_event& event,
                     const WatchedFolder& watched,
                     const path& folder,
                     std::vector<FileChange>& changes) {
    if (watched.skip(folder)) {
      return;
    }
    if ((event.mask & (IN_CREATE | IN_MOVED_TO)) != 0) {
      if (!watch_tree(folder, watched.skip)) {
        changes.push_back({FileChange::Kind::overflowed, {}}); // cannot be followed: say that sight was lost
      }
      // Files that were there before the watch was.
      std::error_code code;
      for (std::filesystem::recursive_directory_iterator entry(folder, code), end; !code && entry != end;
           entry.increment(code)) {
        std::error_code ignored;
        if (entry->is_directory(ignored) && watched.skip(entry->path())) {
          entry.disable_recursion_pending();
        } else if (!entry->is_directory(ignored)) {
          changes.push_back({FileChange::Kind::changed, entry->path()});
        }
      }
    }
    changes.push_back({FileChange::Kind::changed, folder});
  }

  static std::vector<FileChange> unique(std::vector<FileChange> changes) {
    std::vector<FileChange> once;
    std::set<std::string> seen;
    for (auto& change : changes) {
      if (seen.insert(change.path.string()).second) {
        once.push_back(std::move(change));
      }
    }
    return once;
  }

  UniqueFd m_descriptor;
  std::map<int, WatchedFolder> m_folders;
};

} // namespace

Result<std::unique_ptr<FileWatcher>> make_file_watcher() {
  UniqueFd descriptor(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  if (!descriptor.valid()) {
    return failure(watch_error({}, errno));
  }
  return std::make_unique<InotifyWatcher>(std::move(descriptor));
}

} // namespace pyw
