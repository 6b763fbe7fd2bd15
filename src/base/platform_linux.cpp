#include <base/platform.hpp>
#include <base/real_filesystem.hpp>
#include <base/text.hpp>

#include <fcntl.h>
#include <fmt/core.h>
#include <linux/fs.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>

namespace pyw::platform {

std::int64_t modified_ns(const struct stat& info) {
  return static_cast<std::int64_t>(info.st_mtim.tv_sec) * 1'000'000'000 + info.st_mtim.tv_nsec;
}

int exchange_names(const Path& one, const Path& other) {
  // Through syscall(2): the wrapper came with glibc 2.28 and musl does not have it.
  if (::syscall(SYS_renameat2, AT_FDCWD, one.c_str(), AT_FDCWD, other.c_str(), RENAME_EXCHANGE) == 0) {
    return 0;
  }
  return errno;
}

std::string_view machine_name() {
#if defined(__aarch64__)
  return "linux-arm64";
#else
  return "linux-64";
#endif
}

std::string_view url_opener() {
  return "xdg-open";
}

Result<void> flush_file_system(const Path& folder) {
  const UniqueFd descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!descriptor.valid() || ::syncfs(descriptor.get()) != 0) {
    return failure(system_error(fmt::format("cannot flush `{}` to disk", folder.string()), errno));
  }
  return {};
}

Result<Path> own_executable() {
  return RealFileSystem{}.read_link("/proc/self/exe");
}

Result<UniqueFd> process_descriptor(int pid) {
  // SYS_pidfd_open sets close-on-exec by itself.
  const auto descriptor = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  if (descriptor < 0) {
    return failure(system_error(fmt::format("cannot watch process {}", pid), errno));
  }
  return UniqueFd(descriptor);
}

void close_on_exec_from(unsigned first) {
  constexpr unsigned all = ~0U;
  constexpr unsigned close_on_exec = 1U << 2U; // CLOSE_RANGE_CLOEXEC
  if (::syscall(SYS_close_range, first, all, close_on_exec) == 0) {
    return;
  }
  constexpr int most = 4096;
  for (int descriptor = static_cast<int>(first); descriptor < most; ++descriptor) {
    ::fcntl(descriptor, F_SETFD, FD_CLOEXEC); // fails for those that are not open
  }
}

void die_with_parent(int parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) { // died between fork and prctl
    ::_exit(127);
  }
}

void adopt_orphans() {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
}

namespace {

/// The inode of the socket that listens on `port` in /proc/net/tcp or tcp6; empty when there is none.
std::string listening_inode(const std::string& table, std::uint16_t port) {
  const auto wanted = fmt::format(":{:04X}", port);
  for (const auto line : split(table, '\n')) {
    const auto fields = split_words(line);
    // fields: sl local_address rem_address st … uid timeout inode; state 0A is LISTEN (proc(5)).
    if (fields.size() > 9 && fields[3] == "0A" && fields[1].ends_with(wanted)) {
      return std::string(fields[9]);
    }
  }
  return {};
}

bool holds_socket(const RealFileSystem& files, const Path& process, const std::string& link) {
  const auto descriptors = files.list(process / "fd");
  if (!descriptors) {
    return false; // another user's process
  }
  for (const auto& descriptor : *descriptors) {
    const auto target = files.read_link(process / "fd" / descriptor.name);
    if (target && *target == link) {
      return true;
    }
  }
  return false;
}

} // namespace

std::string listener_of_port(std::uint16_t port) {
  const RealFileSystem files;
  std::string inode;
  for (const auto* table : {"/proc/net/tcp", "/proc/net/tcp6"}) {
    if (const auto text = files.read(table); text && inode.empty()) {
      inode = listening_inode(*text, port);
    }
  }
  const auto processes = files.list("/proc");
  if (inode.empty() || !processes) {
    return {};
  }
  const auto link = fmt::format("socket:[{}]", inode);
  for (const auto& process : *processes) {
    if (process.name.find_first_not_of("0123456789") != std::string::npos) {
      continue;
    }
    const auto folder = Path("/proc") / process.name;
    if (holds_socket(files, folder, link)) {
      const auto name = files.read(folder / "comm");
      return fmt::format("{} (pid {})", name ? trim(*name) : "a process", process.name);
    }
  }
  return {};
}

Result<UniqueFd> repeating_timer(std::chrono::milliseconds interval) {
  UniqueFd timer(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC));
  itimerspec times{};
  times.it_interval.tv_sec = interval.count() / 1000;
  times.it_interval.tv_nsec = (interval.count() % 1000) * 1'000'000;
  times.it_value = times.it_interval;
  if (!timer.valid() || ::timerfd_settime(timer.get(), 0, &times, nullptr) != 0) {
    return failure(system_error("cannot make a timer", errno));
  }
  return timer;
}

std::uint64_t resident_memory(int pid) {
  const RealFileSystem files;
  // proc(5): sizes in pages; the second is what is resident.
  const auto text = files.read(Path("/proc") / std::to_string(pid) / "statm");
  const auto words = text ? split_words(*text) : std::vector<std::string_view>{};
  if (words.size() < 2) {
    return 0;
  }
  return std::strtoull(std::string(words[1]).c_str(), nullptr, 10) *
         static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

std::chrono::milliseconds cpu_time(int pid) {
  const RealFileSystem files;
  // proc(5), stat: utime and stime are fields 14 and 15, in clock ticks. The second, the name, may hold
  // anything and is in parentheses, so fields are counted from behind it.
  const auto text = files.read(Path("/proc") / std::to_string(pid) / "stat");
  const auto behind_name = text ? text->rfind(')') : std::string::npos;
  if (behind_name == std::string::npos) {
    return {};
  }
  const auto words = split_words(std::string_view(*text).substr(behind_name + 1));
  constexpr std::size_t user = 11;
  if (words.size() <= user + 1) {
    return {};
  }
  const auto ticks = std::strtoll(std::string(words[user]).c_str(), nullptr, 10) +
                     std::strtoll(std::string(words[user + 1]).c_str(), nullptr, 10);
  return std::chrono::milliseconds(ticks * 1000 / ::sysconf(_SC_CLK_TCK));
}

} // namespace pyw::platform
