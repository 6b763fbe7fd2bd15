// What differs between Linux and macOS, behind one interface. platform_linux.cpp is the one implementation
// so far; a platform_macos.cpp needs just these functions.
#pragma once

#include <base/filesystem.hpp>
#include <base/process.hpp>
#include <base/result.hpp>
#include <base/unique_fd.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct stat;

namespace pyw::platform {

/// st_mtim (Linux) or st_mtimespec (macOS) in nanoseconds.
[[nodiscard]] std::int64_t modified_ns(const struct stat& info);

/// Exchanges two names in one atomic step (renameat2 RENAME_EXCHANGE, renamex_np RENAME_SWAP).
/// Returns 0 or an errno; EINVAL or ENOSYS where the file system cannot.
[[nodiscard]] int exchange_names(const Path& one, const Path& other);

/// "linux-64", "linux-arm64", "darwin-64" or "darwin-arm64": the names that the npm packages of workerd use.
[[nodiscard]] std::string_view machine_name();

/// The program that opens a URL for the user: `xdg-open`, `open` on macOS.
[[nodiscard]] std::string_view url_opener();

/// Puts everything that was written to the file system of `folder` on disk (syncfs(2); sync(2) on macOS).
[[nodiscard]] Result<void> flush_file_system(const Path& folder);

/// The absolute path of the running program. Fails when the system does not tell.
[[nodiscard]] Result<Path> own_executable();

/// A descriptor that becomes readable every `interval`; reading 8 bytes clears it (timerfd_create(2)).
[[nodiscard]] Result<UniqueFd> repeating_timer(std::chrono::milliseconds interval);

/// The memory that a process holds in RAM, in bytes; 0 when it is not known.
[[nodiscard]] std::uint64_t resident_memory(int pid);

/// The CPU time that a process has used in all its threads, user and system; 0 when it is not known.
[[nodiscard]] std::chrono::milliseconds cpu_time(int pid);

/// A descriptor that becomes readable when the process ends (pidfd_open(2), Linux 5.3; kqueue on macOS).
[[nodiscard]] Result<UniqueFd> process_descriptor(int pid);

/// How much the kernel can take from a child (Landlock's ABI version, Linux 5.13; landlock(7)); 0: nothing.
[[nodiscard]] int confinement_level();

/// Whether a confined child is refused system calls that it has no business with (seccomp(2)).
[[nodiscard]] bool filters_calls();

/// A confinement in the kernel's words.
struct ConfinementRules {
  UniqueFd files;                          ///< invalid where the kernel has no such thing
  const std::vector<std::uint64_t>* calls; ///< empty likewise
  std::optional<std::uint64_t> data_bytes;
};

[[nodiscard]] Result<ConfinementRules> make_confinement(const Confinement& confinement);

/// To be called in a fresh child between fork and exec: what it runs is held to the rules, and cannot gain
/// rights by what it executes. False with errno set. Async-signal-safe.
[[nodiscard]] bool enter_confinement(const ConfinementRules& rules);

/// To be called in a fresh child between fork and exec: the child is killed when its parent dies, however
/// the parent dies. `parent` is the parent's pid, to notice that it died already. Async-signal-safe.
void die_with_parent(int parent);

/// To be called in a fresh child between fork and exec: of the descriptors from `first` on, only those that
/// are put there afterwards (dup2(2)) survive the exec. Not every library opens all of its own so that they
/// do not (Asio's accepted connections). close_range(2), Linux 5.11; one by one before. Async-signal-safe.
void close_on_exec_from(unsigned first);

/// Makes this process the one that orphans below it are handed to, so that grandchildren can be reaped.
void adopt_orphans();

/// The command line of the process that listens on a local TCP port, as "name (pid N)"; empty when unknown.
[[nodiscard]] std::string listener_of_port(std::uint16_t port);

} // namespace pyw::platform
