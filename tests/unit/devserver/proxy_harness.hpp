// A proxy on a loop of its own, a client and an upstream that speak bytes: what the tests write is what goes
// over the wire.
#pragma once

#include <base/unique_fd.hpp>
#include <devserver/proxy.hpp>
#include <support/temporary_folder.hpp>

#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace pyw::test {

/// A connected socket; every read waits at most 5 s and then fails the test by an exception.
class Wire {
public:
  explicit Wire(UniqueFd socket) : m_socket(std::move(socket)) {}

  void send(std::string_view bytes) const;
  /// Reads until `end` has been seen; returns everything up to and with it, keeps the rest.
  [[nodiscard]] std::string read_until(std::string_view end);
  [[nodiscard]] std::string read_exactly(std::size_t size);
  /// True when the other side closed.
  [[nodiscard]] bool at_end();

  void close() { m_socket.reset(); }

private:
  [[nodiscard]] bool fill();

  UniqueFd m_socket;
  std::string m_pending;
};

class ProxyHarness {
public:
  explicit ProxyHarness(devserver::ProxyOptions options = {});
  ~ProxyHarness();
  ProxyHarness(const ProxyHarness&) = delete;
  ProxyHarness& operator=(const ProxyHarness&) = delete;

  /// Runs a function on the loop's thread and waits for it.
  void on_loop(const std::function<void(devserver::Proxy&)>& function);
  /// Routes to the upstream socket as this generation.
  void route(devserver::Generation generation = 1);

  /// A client's connection to the proxy.
  [[nodiscard]] Wire connect() const;
  /// The next connection that the proxy makes to the upstream.
  [[nodiscard]] Wire accept() const;

  /// What was reported, once there are `count` records (waits at most 5 s).
  [[nodiscard]] std::vector<devserver::RequestRecord> records(std::size_t count);
  /// The generations that went idle, once there are `count`.
  [[nodiscard]] std::vector<devserver::Generation> idle(std::size_t count);

private:
  template <typename Item>
  std::vector<Item> wait_for(const std::vector<Item>& items, std::size_t count);

  TemporaryFolder m_folder;
  UniqueFd m_upstream;
  EventLoop m_loop;
  std::unique_ptr<devserver::Proxy> m_proxy;
  std::uint16_t m_port = 0;
  std::vector<devserver::RequestRecord> m_records;
  std::vector<devserver::Generation> m_idle;
  std::thread m_thread;
};

} // namespace pyw::test
