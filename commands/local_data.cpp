#include <base/unique_fd.hpp>
#include <commands/local_data.hpp>
#include <commands/runtime_parts.hpp>
#include <runtime/data_service.hpp>
#include <runtime/socket_path.hpp>

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace pyw::commands {

namespace {

using std::chrono::milliseconds;

constexpr auto lock_patience = std::chrono::seconds(30);
constexpr auto lock_interval = milliseconds(20);
constexpr std::string_view api_path = "/cdn-cgi/pyw/api"; // guest/front.js
constexpr std::string_view name = "the local data service";

/// A lock of our own, or the port of the `pyw dev` that has it.
struct Access {
  std::optional<DevLock> lock = {};
  std::uint16_t port = 0;
};

Result<Access> gain_access(const Path& state, Context& context) {
  auto& world = context.world;
  const auto give_up = world.clock.monotonic() + lock_patience;
  for (;;) {
    auto lock = DevLock::acquire(state, world.files);
    if (lock) {
      return Access{std::move(*lock)};
    }
    PYW_TRY_ASSIGN(const auto holder, DevLock::holder(state, world.files));
    if (holder && holder->port != 0) {
      return Access{{}, holder->port};
    }
    if (world.clock.monotonic() > give_up) {
      return failure(std::move(lock.error()));
    }
    world.clock.sleep(lock_interval);
  }
}

/// Until the child says that it listens; fails when it ends before.
Result<void> wait_until_listening(int control, ChildProcess& child) {
  std::string said;
  std::array<char, 512> buffer{};
  for (;;) {
    const auto count = ::read(control, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count <= 0) {
      break;
    }
    said.append(buffer.data(), static_cast<std::size_t>(count));
    if (said.find("\"listen\"") != std::string::npos && said.ends_with('\n')) {
      return {};
    }
  }
  const auto exit = child.wait(std::chrono::seconds(5));
  return failure(internal_error(fmt::format("workerd did not open the local data ({})",
                                            exit ? describe(*exit) : std::string("it does not answer")),
                                {"`pyw toolchain install` checks the runtime"}));
}

} // namespace

Path state_directory(const Context& context,
                     const config::Project& project,
                     const std::optional<std::string>& persist_to) {
  if (!persist_to) {
    return project.root / ".pyw" / "state";
  }
  auto folder = (context.options.directory / *persist_to).lexically_normal();
  if (!folder.has_filename()) { // written with a slash at its end
    folder = folder.parent_path();
  }
  // wrangler's own folder is `.wrangler/state`, in which all lies in `v3`.
  const bool is_wranglers = folder.filename() == "state" && folder.parent_path().filename() == ".wrangler";
  return is_wranglers || context.world.files.is_directory(folder / "v3") ? folder / "v3" : folder;
}

Result<LocalData>
LocalData::open(const config::Project& project, const Path& state, LocalNeeds needs, Context& context) {
  auto& world = context.world;
  PYW_TRY_ASSIGN(auto access, gain_access(state, context));
  LocalData data;
  data.m_api.name = name;
  data.m_api.connection.reach = Reach::this_machine;
  if (!access.lock) {
    data.m_api.base_url = fmt::format("http://127.0.0.1:{}{}", access.port, api_path);
    data.m_api.connection.proxy = "";
    return data;
  }
  if (needs == LocalNeeds::running_worker) {
    return failure(user_error("no `pyw dev` runs on this project's local data",
                              {"start `pyw dev`: queues and workflows run the Worker's code",
                               "or pass `--remote` for the live data"}));
  }
  data.m_lock = std::move(access.lock);
  const auto run = project.root / ".pyw" / "run";
  const auto socket = runtime::socket_path(run, "data.sock");
  PYW_TRY_ASSIGN(const auto parts, store_parts(project, world));
  PYW_TRY_ASSIGN(auto command, runtime::prepare_data_runtime(project, parts, {run, state, socket}, world));
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    return failure(system_error("cannot make a pipe", errno));
  }
  const UniqueFd read_end(ends[0]);
  UniqueFd write_end(ends[1]);
  command.descriptors.emplace_back(3, write_end.get());
  command.standard_output = Stdio::null;
  command.standard_error = Stdio::inherit;
  PYW_TRY_ASSIGN(data.m_child, world.processes.start(command));
  write_end = UniqueFd();
  PYW_TRY(wait_until_listening(read_end.get(), *data.m_child));
  data.m_api.base_url = fmt::format("http://localhost{}", api_path);
  data.m_api.connection.unix_socket = socket;
  return data;
}

} // namespace pyw::commands
