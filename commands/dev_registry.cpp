#include <base/unique_fd.hpp>
#include <commands/dev_registry.hpp>

#include <nlohmann/json.hpp>
#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>

namespace pyw::commands {

namespace {

constexpr auto freshness = std::chrono::seconds(10);   // wrangler's own
constexpr auto believed_for = std::chrono::minutes(5); // wrangler itself drops one after 90 s
constexpr std::string_view unix_prefix = "unix:";

/// Whether nobody listens on the socket: it is gone, or whoever made it was killed.
bool is_deserted(const Path& socket) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const auto name = socket.string();
  if (name.size() >= sizeof(address.sun_path)) {
    return false; // nobody can tell
  }
  name.copy(address.sun_path, name.size());
  const UniqueFd probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  // NOLINTNEXTLINE: the system's way to pass addresses of any family
  const auto* generic = reinterpret_cast<const sockaddr*>(&address);
  return ::connect(probe.get(), generic, sizeof(address)) != 0 && (errno == ECONNREFUSED || errno == ENOENT);
}

/// Of an entry's text; "" for another program's.
std::string address_in(const std::string& text) {
  const auto entry = nlohmann::json::parse(text, nullptr, false);
  if (!entry.is_object() || !entry.contains("debugPortAddress") || !entry["debugPortAddress"].is_string()) {
    return {};
  }
  return entry["debugPortAddress"].get<std::string>();
}

bool is_dead(const Path& file, const std::string& text, FileSystem& files, std::int64_t now_ns) {
  const auto address = address_in(text);
  if (address.empty()) {
    return false;
  }
  if (address.starts_with(unix_prefix)) {
    return is_deserted(address.substr(unix_prefix.size()));
  }
  const auto status = files.status(file);
  const auto age_ns = std::chrono::nanoseconds(believed_for).count();
  return status && *status && (*status)->modified_ns < now_ns - age_ns;
}

/// Whether another name has this process's socket: a `pyw dev` of this project had it, and was killed. Its
/// runtime may have listened a little longer, so that it looked alive when this process came.
bool is_predecessors(const Path& file, const std::string& text, const OwnEntry& own) {
  return file != own.file && !own.text.empty() && address_in(text) == address_in(own.text);
}

/// A Worker that has just been reloaded has another socket now.
void remove_if_still(const Path& file, const std::string& text, FileSystem& files) {
  const auto again = files.read_if_exists(file);
  if (again && *again && **again == text) {
    static_cast<void>(files.remove_all(file));
  }
}

} // namespace

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

void remove_dead_entries(const OwnEntry& own, FileSystem& files, std::chrono::system_clock::time_point now) {
  const auto registry = own.file.parent_path();
  const auto entries = files.list(registry);
  if (!entries) {
    return; // no folder, no entries
  }
  const auto now_ns = std::chrono::nanoseconds(now.time_since_epoch()).count();
  for (const auto& entry : *entries) {
    const auto file = registry / entry.name;
    const auto text = files.read_if_exists(file);
    if (entry.type != FileType::file || !text || !*text) {
      continue;
    }
    if (is_predecessors(file, **text, own) || is_dead(file, **text, files, now_ns)) {
      remove_if_still(file, **text, files);
    }
  }
}

DevRegistration::DevRegistration(Path file, World& world) : m_file(std::move(file)), m_world(world) {
  remove_dead_entries({m_file, m_text}, m_world.files, m_world.clock.now());
}

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
  const auto written = m_world.files.read_if_exists(m_file);
  if (written && *written && !m_text.empty() && **written == m_text) {
    static_cast<void>(m_world.files.remove_all(m_file));
  }
}

Result<void> DevRegistration::announce(const Entry& entry) {
  const auto text = nlohmann::ordered_json{{"debugPortAddress", "unix:" + entry.debug_socket.string()},
                                           {"defaultEntrypointService", entry.entry_service},
                                           {"userWorkerService", entry.worker_service},
                                           {"queueConsumers", entry.queue_consumers}}
                        .dump();
  const std::lock_guard lock(m_mutex);
  PYW_TRY(m_world.files.write(m_file, text, 0600));
  m_text = text;
  remove_dead_entries({m_file, m_text}, m_world.files, m_world.clock.now());
  if (!m_keeper.joinable()) {
    m_keeper = std::thread([this] { keep_fresh(); });
  }
  return {};
}

void DevRegistration::keep_fresh() {
  std::unique_lock lock(m_mutex);
  while (!m_changed.wait_for(lock, freshness, [this] { return m_ending; })) {
    remove_dead_entries({m_file, m_text}, m_world.files, m_world.clock.now());
    static_cast<void>(m_world.files.write(m_file, m_text, 0600)); // a folder that is gone is no reason to end
  }
}

} // namespace pyw::commands
