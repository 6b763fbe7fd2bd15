// The registry of Workers that run on this machine, shared with `wrangler dev`: a folder with a file for
// each, named like the Worker, that says how to reach its workerd (facts/bindings.md 7).
#pragma once

#include <base/environment.hpp>
#include <base/filesystem.hpp>
#include <base/world.hpp>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace pyw::commands {

/// WRANGLER_REGISTRY_PATH, else `registry` in wrangler's own folder: ~/.wrangler where that exists, else
/// .wrangler in $XDG_CONFIG_HOME or ~/.config.
[[nodiscard]] Path registry_directory(const Environment& environment, const ReadOnlyFileSystem& files);

/// What this process has written, and where; no text before its Worker serves.
struct OwnEntry {
  Path file;
  std::string text;
};

/// Removes the entries of `pyw dev` and `wrangler dev` that were killed from the registry that `own` is in:
/// those that nobody has kept fresh for as long as wrangler believes one, those whose socket nobody listens
/// on, and those of other names with the socket of `own`.
void remove_dead_entries(const OwnEntry& own, FileSystem& files, std::chrono::system_clock::time_point now);

/// The entry of one Worker: written when it serves, kept fresh (wrangler drops entries that are 90 s old),
/// removed with this object. Dead entries of others go when it is written and whenever it is freshened. A
/// name that another process has is taken over, as with wrangler.
class DevRegistration {
public:
  DevRegistration(Path file, World& world);
  ~DevRegistration();
  DevRegistration(const DevRegistration&) = delete;
  DevRegistration& operator=(const DevRegistration&) = delete;

  struct Entry {
    Path debug_socket;
    std::string entry_service; ///< what a request goes to
    std::string worker_service;
    std::vector<std::string> queue_consumers; ///< queues that it takes messages of; pyw's own addition
  };

  [[nodiscard]] Result<void> announce(const Entry& entry);

private:
  void keep_fresh();

  Path m_file;
  World& m_world;
  std::mutex m_mutex;
  std::condition_variable m_changed;
  std::string m_text;
  bool m_ending = false;
  std::thread m_keeper;
};

} // namespace pyw::commands
