// Ends TLS: what comes in encrypted goes on through a local socket as plain bytes, so that all else need not
// know. TLS 1.2 and 1.3, HTTP/2 and HTTP/1.1 by ALPN (RFC 7301).
#pragma once

#include <base/event_loop.hpp>
#include <base/filesystem.hpp>
#include <base/result.hpp>
#include <base/unique_fd.hpp>

#include <functional>
#include <memory>
#include <string>

namespace pyw {

/// Of the server, both PEM; the certificate with the chain behind it.
struct TlsFiles {
  Path certificate;
  Path key;
  std::string hint = {}; ///< what to do when they cannot be used
};

/// What the client speaks within TLS.
enum class HttpVersion { http1, http2 };

class TlsTerminator {
public:
  virtual ~TlsTerminator() = default;

  /// `newest` is what is offered beside HTTP/1.1. Fails when the files cannot be used.
  [[nodiscard]] static Result<std::unique_ptr<TlsTerminator>>
  make(EventLoop& loop, const TlsFiles& files, HttpVersion newest);

  /// Begins TLS on a connection; once that stands, `ready` gets the plain side, which ends when the
  /// connection does. It is never called when TLS does not come about or the system has no descriptor left.
  virtual void wrap(UniqueFd encrypted, std::function<void(UniqueFd plain, HttpVersion)> ready) = 0;
};

} // namespace pyw
