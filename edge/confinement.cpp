#include <edge/confinement.hpp>

#include <array>

namespace pyw::edge {

namespace {

/// Libraries, certificates, how names are resolved, the time, what V8 asks of the machine (strace of
/// workerd).
constexpr std::array system_paths{"/lib",
                                  "/lib64",
                                  "/usr/lib",
                                  "/usr/lib64",
                                  "/usr/local/lib",
                                  "/etc/ld.so.cache",
                                  "/etc/ssl",
                                  "/usr/share/ca-certificates",
                                  "/usr/local/share/ca-certificates",
                                  "/etc/resolv.conf",
                                  "/run/systemd/resolve",
                                  "/etc/hosts",
                                  "/etc/host.conf",
                                  "/etc/nsswitch.conf",
                                  "/etc/gai.conf",
                                  "/etc/services",
                                  "/etc/localtime",
                                  "/usr/share/zoneinfo",
                                  "/dev/urandom",
                                  "/dev/random",
                                  "/dev/zero",
                                  "/proc/cpuinfo",
                                  "/proc/meminfo",
                                  "/sys/devices/system/cpu",
                                  "/sys/fs/cgroup"};

/// The server ends a process with 2 GiB in RAM; this is what the kernel gives it before that is seen. Memory
/// that is written first counts in full: stacks of threads, heaps that V8 has made ready.
constexpr std::uint64_t most_data = std::uint64_t{8} << 30U;

} // namespace

Confinement confinement_for(const runtime::RuntimeParts& parts) {
  Confinement out;
  out.readable.assign(system_paths.begin(), system_paths.end());
  out.readable.insert(out.readable.end(), {parts.workerd, parts.pyodide, parts.miniflare, parts.cache});
  out.writable = {"/dev/null"};
  out.listable = {"/"};
  out.data_bytes = most_data;
  return out;
}

} // namespace pyw::edge
