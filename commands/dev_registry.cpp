#include <commands/dev_registry.hpp>

#include <nlohmann/json.hpp>

#include <chrono>

namespace pyw::commands {

namespace {

constexpr auto freshness = std::chrono::seconds(10); // wrangler's own

}

Path registry_directory(const Environment& environment, const ReadOnlyFileSystem& files) {
  if (const auto path = environment.get_nonempty("WRANGLER_REGISTRY_PATH")) {
    return *path;
  }
  const auto legacy = environment.home() / ".wrangler";
  if (files.is_directory(legacy)) {
    return legacy / "registry";
  }
  const auto config = environment.get_nonempty("XDG_CONFIG_HOME");
  return (config ? Path(*config) : environment.home() / ".config") / ".wrangler" / "registry";
}

DevRegistration::DevRegistration(Path file, FileSystem& files) : m_file(std::move(file)), m_files(files) {}

DevRegistration::~DevRegistration() {
  {
    const std::lock_guard lock(m_mutex);
    m_ending = true;
  }
  m_changed.notify_all();
  if (m_keeper.joinable()) {
    m_keeper.join();
  }
  // Not when another process has taken the name over.
  const auto written = m_files.read_if_exists(m_file);
  if (written && *written && !m_text.empty() && **written == m_text) {
    static_cast<void>(m_files.remove_all(m_file));
  }
}

Result<void> DevRegistration::announce(const Entry& entry) {
  const auto text = nlohmann::ordered_json{{"debugPortAddress", "unix:" + entry.debug_socket.string()},
                                           {"defaultEntrypointService", entry.entry_service},
                                           {"userWorkerService", entry.worker_service}}
                        .dump();
  const std::lock_guard lock(m_mutex);
  PYW_TRY(m_files.write(m_file, text, 0600));
  m_text = text;
  if (!m_keeper.joinable()) {
    m_keeper = std::thread([this] { keep_fresh(); });
  }
  return {};
}

void DevRegistration::keep_fresh() {
  std::unique_lock lock(m_mutex);
  while (!m_changed.wait_for(lock, freshness, [this] { return m_ending; })) {
    static_cast<void>(m_files.write(m_file, m_text, 0600)); // a folder that is gone is no reason to end
  }
}

} // namespace pyw::commands
