// Where workerd's Unix sockets lie.
#pragma once

#include <base/filesystem.hpp>

#include <string_view>

namespace pyw::runtime {

/// `name` in the run directory, or, where that path is too long for a socket, in the system's temporary
/// folder under a name made from both. sockaddr_un holds 108 bytes (unix(7)), 104 on macOS.
[[nodiscard]] Path socket_path(const Path& run_directory, std::string_view name);

} // namespace pyw::runtime
