#include <base/call_filter_linux.hpp>
#include <base/platform.hpp>

#include <fcntl.h>
#include <fmt/core.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace pyw::platform {

namespace {

// As in linux/landlock.h of Linux 6.12, of which Debian's headers know the beginning.
struct RulesetAttributes {
  std::uint64_t files = 0;   // handled_access_fs
  std::uint64_t network = 0; // handled_access_net, since ABI 4
  std::uint64_t scoped = 0;  // since ABI 6
};

struct [[gnu::packed]] PathRule {
  std::uint64_t allowed = 0;
  std::int32_t parent = -1;
};

constexpr int rule_for_path = 1;     // LANDLOCK_RULE_PATH_BENEATH
constexpr unsigned ask_version = 1U; // LANDLOCK_CREATE_RULESET_VERSION

constexpr std::uint64_t bit(unsigned number) {
  return std::uint64_t{1} << number;
}

constexpr auto execute = bit(0);
constexpr auto write_file = bit(1);
constexpr auto read_file = bit(2);
constexpr auto read_folder = bit(3);
constexpr auto make_socket = bit(9);
constexpr auto refer = bit(13);    // since ABI 2
constexpr auto truncate = bit(14); // since ABI 3
constexpr auto of_abi_1 = bit(13) - 1;
constexpr auto of_files = execute | write_file | read_file | truncate;
constexpr auto to_read = execute | read_file | read_folder;
constexpr auto bind_tcp = bit(0);
constexpr auto abstract_sockets_and_signals = bit(0) | bit(1);

RulesetAttributes attributes_for(int level) {
  RulesetAttributes out{of_abi_1};
  out.files |= level >= 2 ? refer : 0;
  out.files |= level >= 3 ? truncate : 0;
  out.network = level >= 4 ? bind_tcp : 0;
  out.scoped = level >= 6 ? abstract_sockets_and_signals : 0;
  return out;
}

/// The kernel refuses fields that it does not know unless they are left out.
std::size_t attributes_size(int level) {
  return sizeof(std::uint64_t) * (level >= 6 ? 3 : level >= 4 ? 2 : 1);
}

Result<void> allow(int rules, const Path& path, std::uint64_t allowed) {
  const UniqueFd place(::open(path.c_str(), O_PATH | O_CLOEXEC));
  struct stat info{};
  if (!place.valid() || ::fstat(place.get(), &info) != 0) {
    return {}; // it is not there
  }
  const PathRule rule{S_ISDIR(info.st_mode) ? allowed : allowed & of_files, place.get()};
  if (::syscall(SYS_landlock_add_rule, rules, rule_for_path, &rule, 0) != 0) {
    return failure(system_error(fmt::format("cannot let a child use `{}` alone", path.string()), errno));
  }
  return {};
}

} // namespace

int confinement_level() {
  static const auto level = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, ask_version);
  return level < 0 ? 0 : static_cast<int>(level);
}

bool filters_calls() {
  return !call_filter().empty();
}

namespace {

Result<UniqueFd> make_file_rules(const Confinement& confinement) {
  const auto level = confinement_level();
  if (level == 0) {
    return UniqueFd();
  }
  const auto attributes = attributes_for(level);
  UniqueFd rules(
      static_cast<int>(::syscall(SYS_landlock_create_ruleset, &attributes, attributes_size(level), 0)));
  if (!rules.valid()) {
    return failure(system_error("cannot make rules for a child's files", errno));
  }
  for (const auto& path : confinement.readable) {
    PYW_TRY(allow(rules.get(), path, to_read));
  }
  for (const auto& path : confinement.writable) {
    PYW_TRY(allow(rules.get(), path, attributes.files));
  }
  for (const auto& path : confinement.sockets) {
    PYW_TRY(allow(rules.get(), path, make_socket));
  }
  for (const auto& path : confinement.listable) {
    PYW_TRY(allow(rules.get(), path, read_folder));
  }
  return rules;
}

/// Never more than the limit that there is already.
bool limit(__rlimit_resource resource, rlim_t most) {
  rlimit now{};
  if (::getrlimit(resource, &now) != 0) {
    return false;
  }
  now.rlim_max = std::min(now.rlim_max, most);
  now.rlim_cur = std::min(now.rlim_cur, now.rlim_max);
  return ::setrlimit(resource, &now) == 0;
}

bool filter_calls(const std::vector<std::uint64_t>& calls) {
  sock_fprog program{};
  program.len = static_cast<unsigned short>(calls.size());
  // NOLINTNEXTLINE: the kernel reads it only
  program.filter = reinterpret_cast<sock_filter*>(const_cast<std::uint64_t*>(calls.data()));
  return ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0;
}

} // namespace

Result<ConfinementRules> make_confinement(const Confinement& confinement) {
  PYW_TRY_ASSIGN(auto files, make_file_rules(confinement));
  return ConfinementRules{std::move(files), &call_filter(), confinement.data_bytes};
}

bool enter_confinement(const ConfinementRules& rules) {
  return limit(RLIMIT_CORE, 0) && (!rules.data_bytes || limit(RLIMIT_DATA, *rules.data_bytes)) &&
         ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         (!rules.files.valid() || ::syscall(SYS_landlock_restrict_self, rules.files.get(), 0) == 0) &&
         (rules.calls->empty() || filter_calls(*rules.calls));
}

} // namespace pyw::platform
