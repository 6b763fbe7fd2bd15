#include <base/hash.hpp>
#include <base/text.hpp>
#include <net/curl_library.hpp>
#include <net/surroundings.hpp>
#include <net/transfer.hpp>
#include <net/url.hpp>
#include <net/websocket.hpp>

#include <curl/curl.h>
#include <fmt/core.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <random>

namespace pyw::net {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr auto handshake_timeout = milliseconds(30'000);
constexpr auto send_timeout = milliseconds(30'000);
constexpr std::size_t longest_head = 64 * 1024;
/// What the accepting server appends to the client's key (RFC 6455 1.3).
constexpr std::string_view key_suffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

template <std::size_t Size>
std::array<std::uint8_t, Size> random_bytes() {
  std::random_device device;
  std::array<std::uint8_t, Size> bytes{};
  for (auto& byte : bytes) {
    byte = static_cast<std::uint8_t>(device());
  }
  return bytes;
}

std::string expected_accept(const std::string& key) {
  Hasher hasher(HashKind::sha1);
  hasher.update(key);
  hasher.update(key_suffix);
  return to_base64(hasher.finish());
}

Error gone(std::string_view why) {
  return user_error(fmt::format("the connection broke: {}", why));
}

/// "wss://host:1/x?y" in parts.
struct Target {
  std::string http_url; ///< the same place as curl knows it
  std::string host;     ///< with the port
  std::string path;
};

Result<Target> target_of(const std::string& url) {
  const bool secure = url.starts_with("wss://");
  if (!secure && !url.starts_with("ws://")) {
    return failure(user_error(fmt::format("`{}` is no WebSocket address", redacted(url))));
  }
  Target target;
  target.http_url = (secure ? "https" : "http") + url.substr(url.find(':'));
  target.host = host_of(url);
  const auto path = url.find('/', url.find("://") + 3);
  target.path = path == std::string::npos ? "/" : url.substr(path);
  return target;
}

class CurlWebSocket final : public WebSocket {
public:
  explicit CurlWebSocket(CurlHandle handle) : m_handle(std::move(handle)) {}

  Result<void> open(const Target& target, const WebSocketRequest& request) {
    const auto raw = random_bytes<16>();
    const auto key = to_base64({reinterpret_cast<const char*>(raw.data()), raw.size()}); // NOLINT: bytes
    std::string head =
        fmt::format("GET {} HTTP/1.1\r\nHost: {}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    "Sec-WebSocket-Key: {}\r\nSec-WebSocket-Version: 13\r\n",
                    target.path,
                    target.host,
                    key);
    if (!request.protocol.empty()) {
      head += fmt::format("Sec-WebSocket-Protocol: {}\r\n", request.protocol);
    }
    for (const auto& [name, value] : request.headers) {
      head += fmt::format("{}: {}\r\n", name, value);
    }
    PYW_TRY(send_all(head + "\r\n"));
    PYW_TRY_ASSIGN(const auto response, read_head());
    if (response.status != 101) {
      return failure(user_error(
          fmt::format("{} answered with status {} instead of a WebSocket", target.host, response.status)));
    }
    if (response.header("Sec-WebSocket-Accept") != expected_accept(key) ||
        response.header("Sec-WebSocket-Protocol") != request.protocol) {
      return failure(user_error(fmt::format("{} speaks another WebSocket protocol", target.host)));
    }
    return {};
  }

  Result<std::optional<WebSocketMessage>> receive(milliseconds timeout, int wake) override {
    const auto until = steady_clock::now() + timeout;
    for (;;) {
      PYW_TRY_ASSIGN(auto message, m_frames.next());
      if (message && message->kind == Opcode::ping) {
        PYW_TRY(send(Opcode::pong, message->payload));
        continue;
      }
      if (message) {
        return message;
      }
      PYW_TRY_ASSIGN(const auto bytes, read_some(until, wake));
      if (!bytes) {
        return std::nullopt;
      }
      m_frames.feed(*bytes);
    }
  }

  Result<void> send(Opcode opcode, std::string_view payload) override {
    return send_all(encode_frame(opcode, payload, random_bytes<4>()));
  }

private:
  /// Whether the connection can be read; false: the time is up, or `wake` came first.
  Result<bool> wait(short events, steady_clock::time_point until, int wake) {
    std::array<pollfd, 2> watched{
        {{static_cast<int>(m_handle.info(CURLINFO_ACTIVESOCKET)), events, 0}, {wake, POLLIN, 0}}};
    const auto left = std::chrono::duration_cast<milliseconds>(until - steady_clock::now());
    const auto count =
        ::poll(watched.data(), watched.size(), static_cast<int>(std::max(milliseconds(0), left).count()));
    if (count < 0 && errno != EINTR) {
      return failure(gone("it cannot be waited for"));
    }
    return count > 0 && watched[0].revents != 0;
  }

  /// nullopt: the time is up, or `wake` came first.
  Result<std::optional<std::string>> read_some(steady_clock::time_point until, int wake) {
    std::array<char, 16 * 1024> buffer{};
    for (;;) {
      std::size_t count = 0;
      const auto code = m_handle.receive(buffer.data(), buffer.size(), count);
      if (code == CURLE_OK && count > 0) {
        return std::string(buffer.data(), count);
      }
      if (code != CURLE_AGAIN) { // the end of the stream is CURLE_OK without bytes
        return failure(gone(code == CURLE_OK ? "the server closed it" : CurlHandle::words(code)));
      }
      PYW_TRY_ASSIGN(const bool ready, wait(POLLIN, until, wake));
      if (!ready) {
        return std::nullopt;
      }
    }
  }

  Result<void> send_all(std::string_view bytes) {
    const auto until = steady_clock::now() + send_timeout;
    while (!bytes.empty()) {
      std::size_t count = 0;
      const auto code = m_handle.send(bytes.data(), bytes.size(), count);
      if (code != CURLE_OK && code != CURLE_AGAIN) {
        return failure(gone(CurlHandle::words(code)));
      }
      bytes.remove_prefix(count);
      if (code == CURLE_AGAIN) {
        PYW_TRY_ASSIGN(const bool ready, wait(POLLOUT, until, -1));
        if (!ready) {
          return failure(gone("nothing more can be sent"));
        }
      }
    }
    return {};
  }

  /// Status and headers; what follows them belongs to the frames.
  Result<HttpResponse> read_head() {
    const auto until = steady_clock::now() + handshake_timeout;
    std::string bytes;
    auto end = std::string::npos;
    while ((end = bytes.find("\r\n\r\n")) == std::string::npos) {
      PYW_TRY_ASSIGN(const auto more, read_some(until, -1));
      if (!more || bytes.size() > longest_head) {
        return failure(gone("the server does not answer"));
      }
      bytes += *more;
    }
    m_frames.feed(std::string_view(bytes).substr(end + 4));
    HttpResponse response;
    for (const auto line : split(std::string_view(bytes).substr(0, end), '\n')) {
      const auto text = trim(line);
      const auto colon = text.find(':');
      if (text.starts_with("HTTP/")) {
        const auto words = split_words(text);
        response.status = words.size() > 1 ? std::atoi(std::string(words[1]).c_str()) : 0;
      } else if (colon != std::string_view::npos) {
        response.headers.emplace_back(trim(text.substr(0, colon)), trim(text.substr(colon + 1)));
      }
    }
    return response;
  }

  CurlHandle m_handle;
  FrameReader m_frames;
};

} // namespace

Result<std::unique_ptr<WebSocket>> connect_websocket(const Environment& environment,
                                                     const WebSocketRequest& request) {
  PYW_TRY_ASSIGN(const auto target, target_of(request.url));
  PYW_TRY_ASSIGN(auto handle, CurlHandle::make());
  const auto surroundings = surroundings_of(environment);
  HttpRequest connection;
  connection.url = target.http_url;
  // In a block of its own: what it sets up stays with the handle, and it must be gone before the handle moves
  // on.
  Result<HttpResponse> outcome;
  {
    Transfer transfer(handle,
                      connection,
                      surroundings,
                      Compression::none,
                      [](std::string_view) { return Result<void>{}; },
                      {});
    PYW_TRY(transfer.prepare());
    handle.set(CURLOPT_CONNECT_ONLY, 1L);
    handle.set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1)); // no h2: it has no Upgrade
    handle.set(CURLOPT_HTTPPROXYTUNNEL, 1L);                                    // ws:// through a proxy too
    outcome = transfer.conclude(handle.perform());
    handle.set(CURLOPT_ERRORBUFFER, static_cast<void*>(nullptr)); // it ends with `transfer`
  }
  PYW_TRY(outcome);
  auto socket = std::make_unique<CurlWebSocket>(std::move(handle));
  PYW_TRY(socket->open(target, request));
  return socket;
}

} // namespace pyw::net
