// One request of a connection with HTTP/2, on its way through the proxy as HTTP/1.1 on a local socket. For
// http2_connection.cpp alone.
#pragma once

#include <base/event_loop.hpp>
#include <base/unique_fd.hpp>
#include <devserver/http1_answer.hpp>
#include <devserver/http2_messages.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace pyw::devserver {

/// Takes the proxy's end of a local socket; the function it returns says that the client has left.
using OpenExchange = std::function<std::function<void()>(UniqueFd)>;

class Http2Stream : public std::enable_shared_from_this<Http2Stream> {
public:
  struct Hooks {
    /// So many bytes of the request's body have gone on: the client may send as many more.
    std::function<void(std::size_t)> on_uploaded;
    /// Something of the answer has come, its end, or that it breaks off.
    std::function<void()> on_answer;
  };

  Http2Stream(EventLoop& loop, Hooks hooks) : m_loop(loop), m_hooks(std::move(hooks)) {}

  // --- The request ---

  /// Fields beyond `most_fields` bytes are dropped, and the request with them (fields_fit()).
  void add_field(std::string_view name, std::string_view value);

  [[nodiscard]] bool fields_fit() const { return m_fields_size <= most_fields; }

  [[nodiscard]] bool began() const { return m_answer != nullptr || m_own_status != 0; }

  /// All fields have come. A request that is none is answered here; without a socket left it is broken.
  void begin(HasBody has_body, const OpenExchange& open);
  void upload(std::string_view piece);
  void end_upload();

  /// Bytes of the body that nobody reads any more.
  [[nodiscard]] std::size_t discarded() const { return m_discarded; }

  // --- The answer ---

  /// 0 until the head is there.
  [[nodiscard]] int status() const;
  [[nodiscard]] HeaderFields fields() const;

  [[nodiscard]] std::vector<int> take_interim() {
    return m_answer ? m_answer->take_interim() : std::vector<int>();
  }

  /// Of the body, up to `most` bytes; empty when none is there now.
  [[nodiscard]] std::string_view peek(std::size_t most) const {
    return std::string_view(m_body).substr(m_taken, most);
  }

  /// So many of them are on their way to the client. What follows is then read: not more than `most_ahead`
  /// lies here.
  void taken(std::size_t count);
  void read_on();
  /// All of the answer has been taken.
  [[nodiscard]] bool is_over() const;

  /// It will never be.
  [[nodiscard]] bool is_broken() const { return m_broken; }

  /// All is done.
  void close();
  /// The client wants nothing more.
  void leave();

  static constexpr std::size_t most_fields = 256 * 1024; ///< with 32 bytes for each (RFC 9113, 6.5.2)
  static constexpr std::size_t most_ahead = 64 * 1024;

private:
  void send_on();
  void upload_fails();

  EventLoop& m_loop;
  Hooks m_hooks;
  HeaderFields m_fields;
  std::size_t m_fields_size = 0;
  UniqueFd m_socket;
  std::unique_ptr<Readiness> m_ready; ///< of the socket, which lives longer
  std::function<void()> m_leave;
  std::string m_outgoing;
  std::size_t m_owed = 0; ///< bytes of the body in `m_outgoing`
  bool m_chunked = false;
  bool m_upload_failed = false;
  std::size_t m_discarded = 0;
  bool m_waits_to_write = false;
  bool m_waits_to_read = false;
  std::unique_ptr<Http1Answer> m_answer;
  int m_own_status = 0; ///< of an answer without body that nobody was asked for
  std::string m_body;
  std::size_t m_taken = 0;
  bool m_broken = false;
};

} // namespace pyw::devserver
