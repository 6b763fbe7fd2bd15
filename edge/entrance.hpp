// Where clients' connections come in: a listening socket, with TLS in front of it where there is a
// certificate. HTTP/1.1 within both.
#pragma once

#include <base/event_loop.hpp>
#include <base/listener.hpp>
#include <base/result.hpp>
#include <base/tls_server.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace pyw::edge {

struct EntranceOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;           ///< 0 takes a free one
  std::optional<TlsFiles> tls = {}; ///< nullopt: no TLS
  /// A renewed certificate could not be used; the one before it stays.
  std::function<void(const Error&)> on_problem = [](const Error&) {};
};

/// For one thread, that of the loop.
class Entrance {
public:
  using Accepted = std::function<void(AcceptedConnection)>;

  /// Binds and listens at once. Fails when the address is taken, or the certificate cannot be used.
  [[nodiscard]] static Result<std::unique_ptr<Entrance>>
  open(EventLoop& loop, EntranceOptions options, Accepted accepted);

  [[nodiscard]] std::uint16_t port() const { return m_listener->port(); }

private:
  using FileTimes = std::pair<std::filesystem::file_time_type, std::filesystem::file_time_type>;

  Entrance(EventLoop& loop, EntranceOptions options, Accepted accepted);
  [[nodiscard]] Result<void> listen();
  [[nodiscard]] Result<void> read_certificate();
  [[nodiscard]] std::optional<FileTimes> file_times() const;
  void take(AcceptedConnection connection);
  /// Certificates are renewed while the server runs; it is looked at when somebody comes.
  void renew();

  EventLoop& m_loop;
  EntranceOptions m_options;
  std::shared_ptr<Accepted> m_accepted; ///< gone with this object, though TLS may still come about
  std::unique_ptr<TlsTerminator> m_tls;
  std::optional<FileTimes> m_read; ///< the files as they were when they were read last
  std::chrono::steady_clock::time_point m_looked;
  std::unique_ptr<Listener> m_listener;
};

} // namespace pyw::edge
