#include <base/call_filter_linux.hpp>
#include <base/lazy_library.hpp>
#include <base/unique_fd.hpp>

#include <linux/seccomp.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace pyw::platform {

namespace {

/// Other processes, the system's set-up, and parts of the kernel that are large and seldom needed (strace of
/// workerd shows none of them). Names that a machine does not have are left out by libseccomp.
constexpr std::array refused_calls{"ptrace",
                                   "process_vm_readv",
                                   "process_vm_writev",
                                   "kcmp",
                                   "pidfd_getfd",
                                   "mount",
                                   "umount2",
                                   "move_mount",
                                   "open_tree",
                                   "fsopen",
                                   "fsconfig",
                                   "fsmount",
                                   "fspick",
                                   "mount_setattr",
                                   "pivot_root",
                                   "chroot",
                                   "unshare",
                                   "setns",
                                   "init_module",
                                   "finit_module",
                                   "delete_module",
                                   "kexec_load",
                                   "kexec_file_load",
                                   "bpf",
                                   "perf_event_open",
                                   "userfaultfd",
                                   "io_uring_setup",
                                   "io_uring_enter",
                                   "io_uring_register",
                                   "keyctl",
                                   "add_key",
                                   "request_key",
                                   "name_to_handle_at",
                                   "open_by_handle_at",
                                   "fanotify_init",
                                   "swapon",
                                   "swapoff",
                                   "reboot",
                                   "acct",
                                   "quotactl",
                                   "quotactl_fd",
                                   "syslog",
                                   "settimeofday",
                                   "clock_settime",
                                   "clock_adjtime",
                                   "adjtimex",
                                   "sethostname",
                                   "setdomainname",
                                   "iopl",
                                   "ioperm",
                                   "modify_ldt",
                                   "personality",
                                   "vhangup",
                                   "move_pages",
                                   "migrate_pages",
                                   "uselib",
                                   "ustat",
                                   "sysfs",
                                   "lookup_dcookie",
                                   "nfsservctl"};

constexpr std::array new_namespaces{
    CLONE_NEWUSER, CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWNET, CLONE_NEWIPC, CLONE_NEWUTS, CLONE_NEWCGROUP};

/// What of libseccomp is used.
struct Library {
  decltype(&seccomp_init) init;
  decltype(&seccomp_release) release;
  decltype(&seccomp_rule_add_array) add;
  decltype(&seccomp_syscall_resolve_name) number_of;
  decltype(&seccomp_export_bpf) write;
};

Result<Library> load_library() {
  PYW_TRY_ASSIGN(const auto shared, LazyLibrary::open({"libseccomp.so.2"}, "libseccomp2"));
  Library out{};
  PYW_TRY(shared.bind(out.init, "seccomp_init"));
  PYW_TRY(shared.bind(out.release, "seccomp_release"));
  PYW_TRY(shared.bind(out.add, "seccomp_rule_add_array"));
  PYW_TRY(shared.bind(out.number_of, "seccomp_syscall_resolve_name"));
  PYW_TRY(shared.bind(out.write, "seccomp_export_bpf"));
  return out;
}

bool kernel_has_filters() {
  std::uint32_t action = SECCOMP_RET_ERRNO;
  return ::syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}

class FilterMaker {
public:
  explicit FilterMaker(const Library& library) : m_library(library), m_filter(library.init(SCMP_ACT_ALLOW)) {
    m_good = m_filter != nullptr;
  }

  ~FilterMaker() {
    if (m_filter != nullptr) {
      m_library.release(m_filter);
    }
  }

  FilterMaker(const FilterMaker&) = delete;
  FilterMaker& operator=(const FilterMaker&) = delete;

  void refuse(const char* call, std::uint16_t error) { add(call, error, 0, nullptr); }

  /// Only where the argument with this number compares so.
  void refuse_where(const char* call, scmp_arg_cmp comparison) { add(call, EPERM, 1, &comparison); }

  /// Empty when anything of it failed.
  [[nodiscard]] std::vector<std::uint64_t> program() const {
    const UniqueFd memory(static_cast<int>(::memfd_create("filter", MFD_CLOEXEC)));
    if (!m_good || !memory.valid() || m_library.write(m_filter, memory.get()) != 0) {
      return {};
    }
    const auto size = ::lseek(memory.get(), 0, SEEK_END);
    std::vector<std::uint64_t> out(static_cast<std::size_t>(size) / sizeof(std::uint64_t));
    return ::pread(memory.get(), out.data(), static_cast<std::size_t>(size), 0) == size
               ? out
               : std::vector<std::uint64_t>();
  }

private:
  void add(const char* call, std::uint16_t error, unsigned count, const scmp_arg_cmp* comparisons) {
    const int number = m_library.number_of(call);
    if (m_good && number != __NR_SCMP_ERROR) {
      m_good = m_library.add(m_filter, SCMP_ACT_ERRNO(error), number, count, comparisons) == 0;
    }
  }

  const Library& m_library;
  scmp_filter_ctx m_filter;
  bool m_good;
};

std::vector<std::uint64_t> make_filter() {
  const auto library = load_library();
  if (!library || !kernel_has_filters()) {
    return {};
  }
  FilterMaker maker(*library);
  for (const auto* call : refused_calls) {
    maker.refuse(call, EPERM);
  }
  maker.refuse("clone3", ENOSYS);
  for (const auto flag : new_namespaces) {
    const auto bit = static_cast<std::uint64_t>(flag);
    maker.refuse_where("clone", {0, SCMP_CMP_MASKED_EQ, bit, bit});
  }
  // Unix, IPv4, IPv6 and netlink, by which the C library finds out about addresses, are left.
  for (std::uint64_t family = AF_INET + 1; family < AF_NETLINK; ++family) {
    if (family != AF_INET6) {
      maker.refuse_where("socket", {0, SCMP_CMP_EQ, family, 0});
    }
  }
  maker.refuse_where("socket", {0, SCMP_CMP_GT, AF_NETLINK, 0});
  return maker.program();
}

} // namespace

const std::vector<std::uint64_t>& call_filter() {
  static const auto filter = make_filter();
  return filter;
}

} // namespace pyw::platform
