// The registry of Workers that run on this machine, shared with `wrangler dev`: a folder with a file for
// each, named like the Worker, that says how to reach its workerd (facts/bindings.md 7).
#pragma once

#include <base/environment.hpp>
#include <base/filesystem.hpp>

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace pyw::commands {

/// WRANGLER_REGISTRY_PATH, else `registry` in wrangler's own folder: ~/.wrangler where that exists, else
/// .wrangler in $XDG_CONFIG_HOME or ~/.config.
[[nodiscard]] Path registry_directory(const Environment& environment, const ReadOnlyFileSystem& files);

/// The entry of one Worker: written when it serves, kept fresh (wrangler drops entries that are 90 s old),
/// removed with this object. A name that another process has is taken over, as with wrangler.
class DevRegistration {
public:
  DevRegistration(Path file, FileSystem& files);
  ~DevRegistration();
  DevRegistration(const DevRegistration&) = delete;
  DevRegistration& operator=(const DevRegistration&) = delete;

  struct Entry {
    Path debug_socket;
    std::string entry_service; ///< what a request goes to
    std::string worker_service;
  };

  [[nodiscard]] Result<void> announce(const Entry& entry);

private:
  void keep_fresh();

  Path m_file;
  FileSystem& m_files;
  std::mutex m_mutex;
  std::condition_variable m_changed;
  std::string m_text;
  bool m_ending = false;
  std::thread m_keeper;
};

} // namespace pyw::commands
