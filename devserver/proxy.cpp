#include <base/listener.hpp>
#include <devserver/client_connection.hpp>
#include <devserver/http2_connection.hpp>
#include <devserver/injection.hpp>
#include <devserver/proxy.hpp>

#include <algorithm>
#include <random>
#include <vector>

namespace pyw::devserver {

namespace {

/// Names must not repeat those of an earlier session, which a browser may still show.
std::uint64_t first_ray() {
  std::random_device device;
  return (std::uint64_t{device()} << 32U) | (std::uint64_t{device()} & 0xFFFF0000U);
}

class ProxyServer final : public Proxy {
public:
  ProxyServer(EventLoop& loop, ProxyOptions options, ProxyHooks hooks)
      : m_loop(loop), m_options(std::move(options)), m_hooks(std::move(hooks)), m_traffic(m_hooks.on_idle),
        m_shared{loop, m_options, m_hooks, m_traffic, m_upstreams, first_ray()} {}

  Result<void> listen() {
    if (m_options.tls) {
      const auto newest = Http2Connection::is_possible() ? HttpVersion::http2 : HttpVersion::http1;
      PYW_TRY_ASSIGN(m_tls, TlsTerminator::make(m_loop, *m_options.tls, newest));
    }
    PYW_TRY_ASSIGN(
        m_listener,
        Listener::open(m_loop, m_options.address, m_options.port, [this](AcceptedConnection accepted) {
          take(std::move(accepted));
        }));
    return {};
  }

  [[nodiscard]] std::uint16_t port() const override { return m_listener->port(); }

  void hold() override { m_traffic.hold(); }

  void release() override { m_traffic.release(); }

  void route_to(Generation generation, const Path& socket) override {
    m_upstreams.clear();
    m_traffic.set(Route{generation, socket});
  }

  void answer_with(ErrorAnswer answer) override { m_traffic.set(std::move(answer)); }

  [[nodiscard]] std::size_t active(Generation generation) const override {
    return m_traffic.active(generation);
  }

  void abort(Generation generation) override { m_traffic.cut(generation); }

  void say_goodbye() override {
    for (const auto& weak : m_http2) {
      if (const auto connection = weak.lock()) {
        connection->say_goodbye();
      }
    }
  }

  void inject(std::string bytes) override {
    if (auto socket = send_and_forget(m_loop, std::move(bytes)); socket.valid()) {
      static_cast<void>(serve_connection(m_shared, {std::move(socket), "127.0.0.1"}));
    }
  }

private:
  void take(AcceptedConnection accepted) {
    if (!m_tls) {
      static_cast<void>(serve_connection(m_shared, std::move(accepted)));
      return;
    }
    m_tls->wrap(std::move(accepted.socket),
                [this, address = std::move(accepted.address)](UniqueFd plain, HttpVersion version) {
                  if (version == HttpVersion::http2) {
                    take_http2(std::move(plain), address);
                  } else {
                    static_cast<void>(serve_connection(m_shared, {std::move(plain), address}));
                  }
                });
  }

  void take_http2(UniqueFd plain, const std::string& address) {
    std::erase_if(m_http2, [](const auto& connection) { return connection.expired(); });
    m_http2.push_back(Http2Connection::start(m_loop, std::move(plain), [this, address](UniqueFd stream) {
      return serve_connection(m_shared, {std::move(stream), address});
    }));
  }

  EventLoop& m_loop;
  ProxyOptions m_options;
  ProxyHooks m_hooks;
  Traffic m_traffic;
  UpstreamPool m_upstreams;
  ProxyShared m_shared;
  std::unique_ptr<TlsTerminator> m_tls;
  std::vector<std::weak_ptr<Http2Connection>> m_http2;
  std::unique_ptr<Listener> m_listener;
};

} // namespace

Result<std::unique_ptr<Proxy>> Proxy::listen(EventLoop& loop, ProxyOptions options, ProxyHooks hooks) {
  auto proxy = std::make_unique<ProxyServer>(loop, std::move(options), std::move(hooks));
  PYW_TRY(proxy->listen());
  return proxy;
}

} // namespace pyw::devserver
