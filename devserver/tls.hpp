// Ends TLS: what comes in encrypted goes on through a local socket as plain bytes, so that all else need not
// know. TLS 1.2 and 1.3, HTTP/1.1 by ALPN (RFC 7301).
#pragma once

#include <base/filesystem.hpp>
#include <base/result.hpp>
#include <base/unique_fd.hpp>
#include <devserver/event_loop.hpp>

#include <memory>

namespace pyw::devserver {

class TlsTerminator {
public:
  virtual ~TlsTerminator() = default;

  /// `certificate` is the chain, `key` the server's key, both PEM. Fails when they cannot be used.
  [[nodiscard]] static Result<std::unique_ptr<TlsTerminator>>
  make(EventLoop& loop, const Path& certificate, const Path& key);

  /// The plain side of a connection on which TLS is about to begin; it ends when the connection does. Not
  /// valid when the system has no descriptor left.
  [[nodiscard]] virtual UniqueFd wrap(UniqueFd encrypted) = 0;
};

} // namespace pyw::devserver
