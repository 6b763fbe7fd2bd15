// A client inside pyw: for requests that are made once more.
#pragma once

#include <base/event_loop.hpp>
#include <base/unique_fd.hpp>

#include <string>

namespace pyw::devserver {

/// One end of a connection at whose other end these bytes are sent, and what comes back is thrown away until
/// the end. Not valid when the system has no descriptor left.
[[nodiscard]] UniqueFd send_and_forget(EventLoop& loop, std::string bytes);

} // namespace pyw::devserver
