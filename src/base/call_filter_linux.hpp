// The system calls that a confined child is refused (seccomp(2)): those that no Worker's runtime makes, and
// with which who has broken out of it would go on. libseccomp makes the filter; it is loaded on first use.
#pragma once

#include <cstdint>
#include <vector>

namespace pyw::platform {

/// The filter as the kernel takes it (struct sock_filter, 8 bytes each), for this machine; refused calls fail
/// with EPERM, clone3 with ENOSYS, since its arguments cannot be looked at: the C library falls back on
/// clone. Empty where the kernel has no filters, or libseccomp is not installed. Made once.
[[nodiscard]] const std::vector<std::uint64_t>& call_filter();

} // namespace pyw::platform
