#include <devserver/http2_stream.hpp>

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace pyw::devserver {

namespace {

constexpr std::size_t body_piece_size = 16 * 1024;
constexpr int bad_request = 400;
constexpr int fields_too_large = 431; // RFC 6585

} // namespace

void Http2Stream::add_field(std::string_view name, std::string_view value) {
  constexpr std::size_t overhead = 32;
  m_fields_size += name.size() + value.size() + overhead;
  if (fields_fit()) {
    m_fields.emplace_back(name, value);
  } else {
    m_fields.clear();
  }
}

void Http2Stream::begin(HasBody has_body, const OpenExchange& open) {
  auto head = fields_fit() ? http1_head(m_fields, has_body) : std::nullopt;
  if (!head) {
    m_own_status = fields_fit() ? bad_request : fields_too_large;
    m_upload_failed = true;
    return;
  }
  std::array<int, 2> ends{-1, -1};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    m_broken = true;
    m_upload_failed = true;
    return;
  }
  m_socket = UniqueFd(ends[0]);
  m_ready = m_loop.readiness(m_socket.get());
  m_answer = Http1Answer::make(head->to_head);
  m_chunked = head->chunked;
  m_outgoing = std::move(head->bytes);
  m_fields.clear();
  m_leave = open(UniqueFd(ends[1]));
  send_on();
  read_on();
}

void Http2Stream::upload(std::string_view piece) {
  if (m_upload_failed || piece.empty()) {
    m_discarded += piece.size();
    m_hooks.on_uploaded(piece.size());
    return;
  }
  m_owed += piece.size();
  m_outgoing += m_chunked ? chunk_of(piece) : std::string(piece);
  send_on();
}

void Http2Stream::end_upload() {
  if (m_chunked && !m_upload_failed) {
    m_outgoing += last_chunk;
    send_on();
  }
}

void Http2Stream::send_on() {
  while (!m_outgoing.empty()) {
    const auto sent = ::send(m_socket.get(), m_outgoing.data(), m_outgoing.size(), MSG_NOSIGNAL);
    if (sent >= 0) {
      m_outgoing.erase(0, static_cast<std::size_t>(sent));
      const auto gone = m_outgoing.empty() ? m_owed : std::min(m_owed, static_cast<std::size_t>(sent));
      m_owed -= gone;
      m_hooks.on_uploaded(gone);
    } else if (errno == EAGAIN) {
      if (!m_waits_to_write) {
        m_waits_to_write = true;
        m_ready->when_writable([self = shared_from_this()] {
          self->m_waits_to_write = false;
          self->send_on();
        });
      }
      return;
    } else {
      upload_fails();
    }
  }
}

/// The Worker has answered without reading everything: its answer counts, the rest has nowhere to go.
void Http2Stream::upload_fails() {
  m_upload_failed = true;
  m_outgoing.clear();
  m_hooks.on_uploaded(std::exchange(m_owed, 0));
}

int Http2Stream::status() const {
  return m_answer ? m_answer->status() : m_own_status;
}

HeaderFields Http2Stream::fields() const {
  return m_answer ? http2_fields(m_answer->fields()) : HeaderFields{{"content-length", "0"}};
}

void Http2Stream::taken(std::size_t count) {
  m_taken += count;
  if (m_taken == m_body.size() || m_taken >= most_ahead) {
    m_body.erase(0, m_taken);
    m_taken = 0;
  }
}

void Http2Stream::read_on() {
  bool came = false;
  while (m_answer && !m_broken && !m_answer->is_done() && m_body.size() - m_taken < most_ahead) {
    std::array<char, body_piece_size> piece; // NOLINT: filled by recv
    const auto got = ::recv(m_socket.get(), piece.data(), piece.size(), 0);
    if (got < 0 && errno == EAGAIN) {
      if (!m_waits_to_read) {
        m_waits_to_read = true;
        m_ready->when_readable([self = shared_from_this()] {
          self->m_waits_to_read = false;
          self->read_on();
        });
      }
      break;
    }
    came = true;
    const bool good =
        got > 0 ? m_answer->feed({piece.data(), static_cast<std::size_t>(got)}) : got == 0 && m_answer->end();
    m_body += m_answer->take_body();
    m_broken = !good;
  }
  if (came) {
    m_hooks.on_answer();
  }
}

bool Http2Stream::is_over() const {
  return (m_own_status != 0 || (m_answer && m_answer->is_done())) && m_taken == m_body.size();
}

void Http2Stream::leave() {
  if (m_leave) {
    std::exchange(m_leave, nullptr)();
  }
  close();
}

void Http2Stream::close() {
  m_leave = nullptr;
  m_ready.reset();
  m_socket.reset();
  m_answer.reset();
  m_upload_failed = true;
}

} // namespace pyw::devserver
