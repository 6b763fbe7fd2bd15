// Looks at the files again and again: for network and virtual folders, where changes made elsewhere raise no
// event.
#include <base/file_watcher.hpp>
#include <base/platform.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <map>
#include <set>
#include <tuple>

namespace pyw {

namespace {

using std::filesystem::path;

/// What tells one state of a file from another: time of the last write, size, inode.
using FileState = std::tuple<std::int64_t, std::int64_t, std::uint64_t>;
using Picture = std::map<path, FileState>;

class PollingWatcher final : public FileWatcher {
public:
  PollingWatcher(UniqueFd timer, std::chrono::milliseconds interval)
      : m_timer(std::move(timer)), m_interval(interval) {}

  [[nodiscard]] int descriptor() const override { return m_timer.get(); }

  [[nodiscard]] Result<void> watch_tree(const path& root, const SkipFolder& skip) override {
    if (m_trees.insert_or_assign(root, skip).second) {
      look_below(root, skip, m_known);
    }
    return {};
  }

  void look_through_again() override {} // each look goes through everything

  [[nodiscard]] Result<void> watch_file(const path& file) override {
    if (m_files.insert(file).second) {
      look_at(file, m_known);
    }
    return {};
  }

  [[nodiscard]] std::vector<FileChange> read() override {
    std::array<char, 8> expirations{};
    // Asked before each request too: a burst of requests must not mean a burst of looking.
    const auto now = std::chrono::steady_clock::now();
    const bool due = ::read(m_timer.get(), expirations.data(), expirations.size()) > 0;
    if (!due && now - m_looked < m_interval) {
      return {};
    }
    m_looked = now;
    Picture seen;
    for (const auto& [root, skip] : m_trees) {
      look_below(root, skip, seen);
    }
    for (const auto& file : m_files) {
      look_at(file, seen);
    }
    auto changes = differences(m_known, seen);
    m_known = std::move(seen);
    return changes;
  }

private:
  static void look_at(const path& file, Picture& picture) {
    struct stat info{};
    if (::stat(file.c_str(), &info) == 0 && S_ISREG(info.st_mode)) {
      picture[file] = {platform::modified_ns(info), info.st_size, info.st_ino};
    }
  }

  static void look_below(const path& folder, const SkipFolder& skip, Picture& picture) {
    std::error_code code;
    for (std::filesystem::directory_iterator entry(folder, code), end; !code && entry != end;
         entry.increment(code)) {
      std::error_code ignored;
      if (entry->symlink_status(ignored).type() != std::filesystem::file_type::directory) {
        look_at(entry->path(), picture);
      } else if (!skip(entry->path())) {
        look_below(entry->path(), skip, picture);
      }
    }
  }

  static std::vector<FileChange> differences(const Picture& before, const Picture& after) {
    std::vector<FileChange> changes;
    for (const auto& [file, state] : after) {
      const auto found = before.find(file);
      if (found == before.end() || found->second != state) {
        changes.push_back({FileChange::Kind::changed, file});
      }
    }
    for (const auto& [file, state] : before) {
      if (!after.contains(file)) {
        changes.push_back({FileChange::Kind::changed, file});
      }
    }
    return changes;
  }

  UniqueFd m_timer;
  std::chrono::milliseconds m_interval;
  std::map<path, SkipFolder> m_trees;
  std::set<path> m_files;
  Picture m_known;
  std::chrono::steady_clock::time_point m_looked = std::chrono::steady_clock::now();
};

} // namespace

Result<std::unique_ptr<FileWatcher>> make_polling_watcher(std::chrono::milliseconds interval) {
  PYW_TRY_ASSIGN(auto timer, platform::repeating_timer(interval));
  return std::make_unique<PollingWatcher>(std::move(timer), interval);
}

} // namespace pyw
