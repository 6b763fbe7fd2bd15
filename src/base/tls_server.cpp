#include <base/tls_server.hpp>

#include <fmt/core.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace pyw {

namespace {

struct FreeContext {
  void operator()(SSL_CTX* context) const { ::SSL_CTX_free(context); }
};

struct FreeConnection {
  void operator()(SSL* connection) const { ::SSL_free(connection); }
};

constexpr std::size_t record_size = 16 * 1024; // the most that one carries (RFC 8446, 5.1)

/// The thread has one queue of errors for all connections, and SSL_get_error takes what lies there for its
/// own (its manual page): one that SSL_shutdown left of another client would end this one.
void forget_others_errors() {
  ::ERR_clear_error();
}

struct PlainEnds {
  UniqueFd ours;
  UniqueFd theirs;
};

/// Two directions, each with at most one piece on its way: what cannot be written stops the reading.
/// Kept alive by the functions that wait; ends with either side.
class TlsConnection : public std::enable_shared_from_this<TlsConnection> {
public:
  using Ready = std::function<void(UniqueFd, HttpVersion)>;

  TlsConnection(EventLoop& loop, SSL* tls, UniqueFd encrypted, PlainEnds plain, Ready ready)
      : m_encrypted(std::move(encrypted)), m_plain(std::move(plain.ours)), m_theirs(std::move(plain.theirs)),
        m_on_ready(std::move(ready)), m_tls(tls), m_encrypted_ready(loop.readiness(m_encrypted.get())),
        m_plain_ready(loop.readiness(m_plain.get())) {
    ::SSL_set_fd(tls, m_encrypted.get());
    ::SSL_set_accept_state(tls);
  }

  /// Moves what can be moved, then waits for what is missing.
  void pump() {
    m_wants = {};
    while (!m_ended && (receive() | send())) {
      hand_over();
    }
    hand_over();
    if (m_ended) {
      m_encrypted_ready.reset();
      m_plain_ready.reset();
      ::shutdown(m_encrypted.get(), SHUT_RDWR);
      ::shutdown(m_plain.get(), SHUT_RDWR);
      return;
    }
    wait(*m_encrypted_ready, m_wants.encrypted_readable, m_waits.encrypted_readable, Kind::readable);
    wait(*m_encrypted_ready, m_wants.encrypted_writable, m_waits.encrypted_writable, Kind::writable);
    wait(*m_plain_ready, m_wants.plain_readable, m_waits.plain_readable, Kind::readable);
    wait(*m_plain_ready, m_wants.plain_writable, m_waits.plain_writable, Kind::writable);
  }

private:
  enum class Kind { readable, writable };

  struct Events {
    bool encrypted_readable = false;
    bool encrypted_writable = false;
    bool plain_readable = false;
    bool plain_writable = false;
  };

  void wait(Readiness& readiness, bool wanted, bool& waits, Kind kind) {
    if (!wanted || waits) {
      return;
    }
    waits = true;
    auto come = [self = shared_from_this(), &waits] {
      waits = false;
      self->pump();
    };
    kind == Kind::readable ? readiness.when_readable(std::move(come))
                           : readiness.when_writable(std::move(come));
  }

  /// Once the two have agreed on what to speak.
  void hand_over() {
    if (!m_theirs.valid() || m_ended) {
      return;
    }
    if (::SSL_is_init_finished(m_tls.get()) == 0) {
      m_ended = m_client_done; // no TLS, or a client that does not trust us: nobody else would end it
      return;
    }
    const unsigned char* chosen = nullptr;
    unsigned size = 0;
    ::SSL_get0_alpn_selected(m_tls.get(), &chosen, &size);
    const bool is_http2 = size == 2 && chosen[0] == 'h' && chosen[1] == '2';
    std::exchange(m_on_ready, nullptr)(std::move(m_theirs),
                                       is_http2 ? HttpVersion::http2 : HttpVersion::http1);
  }

  /// From the client; true when something moved.
  bool receive() {
    bool moved = false;
    if (m_received.empty() && !m_client_done) {
      m_received.resize(record_size);
      std::size_t got = 0;
      forget_others_errors();
      const auto result = ::SSL_read_ex(m_tls.get(), m_received.data(), m_received.size(), &got);
      m_received.resize(result == 1 ? got : 0);
      moved = result == 1;
      if (!moved && !may_go_on(result)) {
        m_client_done = true;
        ::shutdown(m_plain.get(), SHUT_WR);
      }
    }
    if (!m_received.empty()) {
      const auto sent = ::send(m_plain.get(), m_received.data(), m_received.size(), MSG_NOSIGNAL);
      if (sent > 0) {
        m_received.erase(0, static_cast<std::size_t>(sent));
        return true;
      }
      m_wants.plain_writable = errno == EAGAIN;
      m_ended = m_ended || errno != EAGAIN;
    }
    return moved;
  }

  /// To the client; true when something moved.
  bool send() {
    bool moved = false;
    if (m_outgoing.empty() && !m_worker_done) {
      std::array<char, record_size> piece; // NOLINT: filled by recv
      const auto got = ::recv(m_plain.get(), piece.data(), piece.size(), 0);
      if (got > 0) {
        m_outgoing.assign(piece.data(), static_cast<std::size_t>(got));
        moved = true;
      } else if (got < 0 && errno == EAGAIN) {
        m_wants.plain_readable = true;
      } else {
        m_worker_done = true;
      }
    }
    if (!m_outgoing.empty()) {
      std::size_t sent = 0;
      forget_others_errors();
      const auto result = ::SSL_write_ex(m_tls.get(), m_outgoing.data(), m_outgoing.size(), &sent);
      if (result == 1) {
        m_outgoing.erase(0, sent);
        return true;
      }
      m_ended = m_ended || !may_go_on(result);
    } else if (m_worker_done) {
      ::SSL_shutdown(m_tls.get());
      m_ended = true;
    }
    return moved;
  }

  /// After a call that moved nothing: notes what it waits for; false when there is nothing more to come.
  bool may_go_on(int result) {
    const auto why = ::SSL_get_error(m_tls.get(), result);
    ::ERR_clear_error();
    m_wants.encrypted_readable = m_wants.encrypted_readable || why == SSL_ERROR_WANT_READ;
    m_wants.encrypted_writable = m_wants.encrypted_writable || why == SSL_ERROR_WANT_WRITE;
    return why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE;
  }

  UniqueFd m_encrypted;
  UniqueFd m_plain;
  UniqueFd m_theirs; ///< the other end of `m_plain`, until it is handed over
  Ready m_on_ready;
  std::unique_ptr<SSL, FreeConnection> m_tls;
  std::unique_ptr<Readiness> m_encrypted_ready;
  std::unique_ptr<Readiness> m_plain_ready;
  std::string m_received; ///< decrypted, for the plain side
  std::string m_outgoing; ///< for the client
  Events m_wants;         ///< of the pass under way
  Events m_waits;         ///< asked for already
  bool m_client_done = false;
  bool m_worker_done = false;
  bool m_ended = false;
};

/// What a context's callback points at: it may outlive the terminator, with a connection under way.
constexpr HttpVersion http1_only = HttpVersion::http1;
constexpr HttpVersion http2_too = HttpVersion::http2;

/// `newest` is an HttpVersion.
int choose_protocol(SSL* /*tls*/,
                    const unsigned char** chosen,
                    unsigned char* size,
                    const unsigned char* offered,
                    unsigned offered_size,
                    void* newest) {
  static constexpr std::array<unsigned char, 12> both{2, 'h', '2', 8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  constexpr std::size_t http2_size = 3;
  const bool offers_http2 = *static_cast<const HttpVersion*>(newest) == HttpVersion::http2;
  const auto ours = std::span(both).subspan(offers_http2 ? 0 : http2_size);
  unsigned char* found = nullptr;
  const auto result = ::SSL_select_next_proto(
      &found, size, ours.data(), static_cast<unsigned>(ours.size()), offered, offered_size);
  *chosen = found;
  return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

class OpenSslTerminator final : public TlsTerminator {
public:
  OpenSslTerminator(EventLoop& loop, SSL_CTX* context, HttpVersion newest)
      : m_loop(loop), m_context(context) {
    const auto* offered = newest == HttpVersion::http2 ? &http2_too : &http1_only;
    // NOLINTNEXTLINE: the library passes it on and no more
    ::SSL_CTX_set_alpn_select_cb(context, choose_protocol, const_cast<HttpVersion*>(offered));
  }

  void wrap(UniqueFd encrypted, TlsConnection::Ready ready) override {
    std::array<int, 2> ends{-1, -1};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) != 0) {
      return;
    }
    PlainEnds plain{UniqueFd(ends[0]), UniqueFd(ends[1])};
    const auto connection = std::make_shared<TlsConnection>(
        m_loop, ::SSL_new(m_context.get()), std::move(encrypted), std::move(plain), std::move(ready));
    connection->pump();
  }

private:
  EventLoop& m_loop;
  std::unique_ptr<SSL_CTX, FreeContext> m_context;
};

} // namespace

Result<std::unique_ptr<TlsTerminator>>
TlsTerminator::make(EventLoop& loop, const TlsFiles& files, HttpVersion newest) {
  std::unique_ptr<SSL_CTX, FreeContext> context(::SSL_CTX_new(::TLS_server_method()));
  const bool usable = context && ::SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION) == 1 &&
                      ::SSL_CTX_use_certificate_chain_file(context.get(), files.certificate.c_str()) == 1 &&
                      ::SSL_CTX_use_PrivateKey_file(context.get(), files.key.c_str(), SSL_FILETYPE_PEM) == 1;
  if (!usable) {
    ::ERR_clear_error();
    return failure(user_error(fmt::format("`{}` and `{}` are no certificate and key that can be used",
                                          files.certificate.string(),
                                          files.key.string()),
                              files.hint.empty() ? std::vector<std::string>{} : std::vector{files.hint}));
  }
  ::SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  return std::make_unique<OpenSslTerminator>(loop, context.release(), newest);
}

} // namespace pyw
