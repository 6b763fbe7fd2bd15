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

} // namespace

Confinement confinement_for(const runtime::RuntimeParts& parts) {
  Confinement out;
  out.readable.assign(system_paths.begin(), system_paths.end());
  out.readable.insert(out.readable.end(), {parts.workerd, parts.pyodide, parts.miniflare, parts.cache});
  out.writable = {"/dev/null"};
  out.listable = {"/"};
  return out;
}

} // namespace pyw::edge
