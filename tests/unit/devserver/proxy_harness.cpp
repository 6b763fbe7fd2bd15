#include "proxy_harness.hpp"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

namespace pyw::test {

namespace {

constexpr int patience_ms = 5000;

void wait_readable(int descriptor) {
  pollfd entry{descriptor, POLLIN, 0};
  if (::poll(&entry, 1, patience_ms) != 1) {
    throw std::runtime_error("nothing came within 5 s");
  }
}

sockaddr_un unix_address(const Path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.string().copy(address.sun_path, sizeof address.sun_path - 1);
  return address;
}

template <typename Address>
const sockaddr* generic(const Address& address) {
  return static_cast<const sockaddr*>(static_cast<const void*>(&address));
}

} // namespace

void Wire::send(std::string_view bytes) const {
  while (!bytes.empty()) {
    const auto sent = ::send(m_socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0) {
      throw std::runtime_error("the other side does not read any more");
    }
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

bool Wire::fill() {
  wait_readable(m_socket.get());
  std::array<char, 4096> buffer{};
  const auto got = ::recv(m_socket.get(), buffer.data(), buffer.size(), 0);
  if (got > 0) {
    m_pending.append(buffer.data(), static_cast<std::size_t>(got));
  }
  return got > 0;
}

std::string Wire::read_until(std::string_view end) {
  for (;;) {
    if (const auto found = m_pending.find(end); found != std::string::npos) {
      return read_exactly(found + end.size());
    }
    if (!fill()) {
      throw std::runtime_error("closed after: " + m_pending);
    }
  }
}

std::string Wire::read_exactly(std::size_t size) {
  while (m_pending.size() < size) {
    if (!fill()) {
      throw std::runtime_error("closed after: " + m_pending);
    }
  }
  auto text = m_pending.substr(0, size);
  m_pending.erase(0, size);
  return text;
}

bool Wire::at_end() {
  return m_pending.empty() && !fill();
}

ProxyHarness::ProxyHarness(devserver::ProxyOptions options) {
  m_upstream = UniqueFd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const auto address = unix_address(m_folder.path() / "upstream");
  if (::bind(m_upstream.get(), generic(address), sizeof address) != 0 ||
      ::listen(m_upstream.get(), 16) != 0) {
    throw std::runtime_error("cannot listen");
  }
  devserver::ProxyHooks hooks;
  hooks.before_request = [] {};
  hooks.on_request = [this](const devserver::RequestRecord& record) { m_records.push_back(record); };
  hooks.own = [](const devserver::OwnRequest& request) {
    return devserver::OwnAnswer{
        200, "text/plain", request.path.substr(request.path.rfind('/') + 1) + "?" + request.body, {}, {}};
  };
  hooks.on_idle = [this](devserver::Generation generation) { m_idle.push_back(generation); };
  m_proxy = devserver::Proxy::listen(m_loop, std::move(options), std::move(hooks)).value();
  m_port = m_proxy->port();
  m_thread = std::thread([this] { m_loop.run(); });
}

ProxyHarness::~ProxyHarness() {
  m_loop.post([this] { m_loop.stop(); });
  m_thread.join();
}

void ProxyHarness::on_loop(const std::function<void(devserver::Proxy&)>& function) {
  std::promise<void> done;
  m_loop.post([&] {
    function(*m_proxy);
    done.set_value();
  });
  done.get_future().wait();
}

void ProxyHarness::route(devserver::Generation generation) {
  on_loop([&](auto& proxy) { proxy.route_to(generation, m_folder.path() / "upstream"); });
}

Wire ProxyHarness::connect() const {
  UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(m_port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket.get(), generic(address), sizeof address) != 0) {
    throw std::runtime_error("cannot connect");
  }
  return Wire(std::move(socket));
}

Wire ProxyHarness::accept() const {
  wait_readable(m_upstream.get());
  return Wire(UniqueFd(::accept4(m_upstream.get(), nullptr, nullptr, SOCK_CLOEXEC)));
}

template <typename Item>
std::vector<Item> ProxyHarness::wait_for(const std::vector<Item>& items, std::size_t count) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(patience_ms);
  std::vector<Item> copy;
  while (copy.size() < count && std::chrono::steady_clock::now() < deadline) {
    on_loop([&](auto&) { copy = items; });
  }
  return copy;
}

std::vector<devserver::RequestRecord> ProxyHarness::records(std::size_t count) {
  return wait_for(m_records, count);
}

std::vector<devserver::Generation> ProxyHarness::idle(std::size_t count) {
  return wait_for(m_idle, count);
}

} // namespace pyw::test
