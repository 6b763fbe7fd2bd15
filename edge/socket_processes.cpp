#include <edge/socket_processes.hpp>

#include <fmt/core.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

namespace pyw::edge {

namespace {

constexpr int backlog = 1024;
/// After a process ended by itself, or did not start: who connects meanwhile waits.
constexpr auto pause = std::chrono::milliseconds(200);
/// For what is being answered when a process is replaced.
constexpr auto process_grace = std::chrono::seconds(5);

Result<UniqueFd> listen_on(const Path& socket) {
  std::error_code ignored;
  std::filesystem::create_directories(socket.parent_path(), ignored);
  std::filesystem::remove(socket, ignored); // of an earlier server; bind(2) refuses a name that is there
  UniqueFd listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const auto name = socket.string();
  if (name.size() >= sizeof address.sun_path) {
    return failure(internal_error(fmt::format("the name of the socket `{}` is too long", name)));
  }
  name.copy(address.sun_path, name.size());
  if (!listener.valid() ||
      ::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener.get(), backlog) != 0) {
    return failure(system_error(fmt::format("cannot listen on `{}`", name), errno));
  }
  return listener;
}

} // namespace

struct SocketProcesses::Entry {
  std::string name;
  SocketProcess what;
  UniqueFd listener;
  bool preparing = false;
  bool asked_again = false; ///< to be renewed while it was being prepared
  std::unique_ptr<runtime::WorkerProcess> process;
  std::unique_ptr<Subscription> watch; ///< of the listener, while nothing runs
  std::unique_ptr<Subscription> timer;
  std::vector<std::function<void()>> when_ended;
};

SocketProcesses::SocketProcesses(EventLoop& loop,
                                 ProcessRunner& processes,
                                 std::function<void(const std::string&, Severity, std::string_view)> tell)
    : m_loop(loop), m_processes(processes), m_tell(std::move(tell)) {}

SocketProcesses::~SocketProcesses() = default;

Result<void> SocketProcesses::offer(const std::string& name, SocketProcess process) {
  if (m_entries.contains(name) || m_stopped) {
    return {};
  }
  auto entry = std::make_unique<Entry>();
  PYW_TRY_ASSIGN(entry->listener, listen_on(process.socket));
  entry->name = name;
  entry->what = std::move(process);
  auto& kept = *m_entries.emplace(name, std::move(entry)).first->second;
  watch(kept);
  return {};
}

void SocketProcesses::watch(Entry& entry) {
  entry.timer.reset();
  if (m_stopped) {
    return;
  }
  if (entry.what.at_once) {
    start(entry);
    return;
  }
  entry.watch = m_loop.on_readable(entry.listener.get(), [this, raw = &entry] { start(*raw); });
}

void SocketProcesses::start(Entry& entry) {
  entry.preparing = true;
  entry.what.prepare(entry.listener.get(), [this, raw = &entry](Result<Command> command) {
    raw->preparing = false;
    launch(*raw, std::move(command));
  });
  entry.watch.reset(); // the process itself listens now; this may destroy who called
}

void SocketProcesses::launch(Entry& entry, Result<Command> command) {
  if (m_stopped || entry.asked_again) {
    entry.asked_again = false;
    ended(entry);
    return;
  }
  if (!command) {
    m_tell(entry.name, Severity::error, command.error().message());
    ended(entry);
    return;
  }
  runtime::WorkerProcess::Callbacks callbacks;
  callbacks.read_line = runtime::read_worker_line;
  callbacks.on_ready = [] {};
  callbacks.on_log = [this, raw = &entry](Severity severity, std::string_view text) {
    m_tell(raw->name, severity, text);
  };
  callbacks.on_end = [this, raw = &entry](Exit exit, const std::optional<Error>& error) {
    if (raw->when_ended.empty() && !m_stopped && !raw->timer) {
      m_tell(raw->name, Severity::error, error ? error->message() : describe(exit));
    }
    m_loop.post([this, raw] { // it stands in its own callback
      raw->process.reset();
      ended(*raw);
    });
  };
  auto process = runtime::WorkerProcess::start(m_loop, m_processes, {*command, {}}, std::move(callbacks));
  if (!process) {
    m_tell(entry.name, Severity::error, process.error().message());
    ended(entry);
    return;
  }
  entry.process = std::move(*process);
  if (entry.what.lifetime) {
    entry.timer = m_loop.after(*entry.what.lifetime, [raw = &entry] { raw->process->end(process_grace); });
  }
}

void SocketProcesses::ended(Entry& entry) {
  const auto waiting = std::exchange(entry.when_ended, {});
  if (!waiting.empty()) {
    watch(entry);
  } else {
    entry.timer = m_loop.after(pause, [this, raw = &entry] { watch(*raw); });
  }
  for (const auto& tell : waiting) {
    tell();
  }
}

void SocketProcesses::renew(const std::string& name, std::function<void()> done) {
  const auto found = m_entries.find(name);
  if (found == m_entries.end() || (!found->second->process && !found->second->preparing)) {
    done();
    return;
  }
  auto& entry = *found->second;
  entry.when_ended.push_back(std::move(done));
  if (entry.preparing) {
    entry.asked_again = true;
  } else {
    entry.process->end(process_grace);
  }
}

void SocketProcesses::keep(const std::string& name) {
  const auto found = m_entries.find(name);
  if (found == m_entries.end() || m_stopped) {
    return;
  }
  auto& entry = *found->second;
  entry.what.at_once = true;
  if (!entry.process && !entry.preparing && !entry.timer) {
    start(entry);
  }
}

void SocketProcesses::stop(std::function<void()> done) {
  const auto left = std::make_shared<std::size_t>(m_entries.size() + 1);
  m_stopped = [left, done = std::move(done)] {
    if (--*left == 0) {
      done();
    }
  };
  for (const auto& [name, entry] : m_entries) {
    renew(name, m_stopped);
  }
  m_stopped();
}

} // namespace pyw::edge
