#include <devserver/tunnel.hpp>
#include <devserver/websocket_frames.hpp>

#include <fcntl.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <string_view>

namespace pyw::devserver {

namespace {

constexpr std::size_t copy_buffer_size = 64 * 1024;

/// What could not be written yet is kept, and no more is read until it is gone: back-pressure.
class SocketTunnel final : public Tunnel {
public:
  SocketTunnel(EventLoop& loop,
               TunnelProtocol protocol,
               TunnelEnd client,
               TunnelEnd worker,
               std::function<void()> on_end)
      : m_loop(loop), m_protocol(protocol), m_on_end(std::move(on_end)),
        m_client(loop, std::move(client.socket)), m_worker(loop, std::move(worker.socket)),
        m_up{m_client, m_worker, std::move(client.early), {}},
        m_down{m_worker, m_client, std::move(worker.early), {}} {
    m_down.frames.pass(m_down.pending);
    flush(m_up);
    flush(m_down);
  }

  SocketTunnel(const SocketTunnel&) = delete;
  SocketTunnel& operator=(const SocketTunnel&) = delete;

  void cut() override {
    const bool may_speak = m_protocol == TunnelProtocol::websocket && m_down.pending.empty() &&
                           m_down.frames.at_boundary() && !m_down.frames.closed();
    if (may_speak && !m_ended) {
      const auto frame = close_frame(close_service_restart, "the Worker was reloaded");
      static_cast<void>(::send(m_client.socket.get(), frame.data(), frame.size(), MSG_NOSIGNAL));
    }
    end();
  }

private:
  struct End {
    End(EventLoop& loop, UniqueFd descriptor)
        : socket(std::move(descriptor)), readiness(loop.readiness(socket.get())) {
      ::fcntl(socket.get(), F_SETFL, O_NONBLOCK);
    }

    UniqueFd socket;
    std::unique_ptr<Readiness> readiness;
  };

  struct Direction {
    End& from;
    End& to;
    std::string pending;
    WebSocketFrames frames;
  };

  void wait_for_more(Direction& direction) {
    if (m_ended) {
      return;
    }
    direction.from.readiness->when_readable([this, &direction] { relay(direction); });
  }

  void relay(Direction& direction) {
    std::array<char, copy_buffer_size> buffer; // NOLINT: filled by recv
    const auto got = ::recv(direction.from.socket.get(), buffer.data(), buffer.size(), 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
      wait_for_more(direction);
      return;
    }
    if (got <= 0) {
      end();
      return;
    }
    const std::string_view bytes(buffer.data(), static_cast<std::size_t>(got));
    if (&direction == &m_down) {
      direction.frames.pass(bytes);
    }
    direction.pending.assign(bytes);
    flush(direction);
  }

  void flush(Direction& direction) {
    if (m_ended) {
      return;
    }
    while (!direction.pending.empty()) {
      const auto sent =
          ::send(direction.to.socket.get(), direction.pending.data(), direction.pending.size(), MSG_NOSIGNAL);
      if (sent >= 0) {
        direction.pending.erase(0, static_cast<std::size_t>(sent));
      } else if (errno == EAGAIN) {
        direction.to.readiness->when_writable([this, &direction] { flush(direction); });
        return;
      } else if (errno != EINTR) {
        end();
        return;
      }
    }
    direction.pending.shrink_to_fit(); // 2,000 idle tunnels must not keep 2,000 buffers
    wait_for_more(direction);
  }

  /// Not from inside: the owner destroys this object when it is told.
  void end() {
    if (m_ended) {
      return;
    }
    m_ended = true;
    m_client.readiness.reset();
    m_worker.readiness.reset();
    ::shutdown(m_client.socket.get(), SHUT_RDWR);
    ::shutdown(m_worker.socket.get(), SHUT_RDWR);
    m_loop.post(m_on_end);
  }

  EventLoop& m_loop;
  TunnelProtocol m_protocol;
  std::function<void()> m_on_end;
  End m_client;
  End m_worker;
  Direction m_up;
  Direction m_down;
  bool m_ended = false;
};

} // namespace

std::unique_ptr<Tunnel> Tunnel::start(EventLoop& loop,
                                      TunnelProtocol protocol,
                                      TunnelEnd client,
                                      TunnelEnd worker,
                                      std::function<void()> on_end) {
  return std::make_unique<SocketTunnel>(
      loop, protocol, std::move(client), std::move(worker), std::move(on_end));
}

} // namespace pyw::devserver
