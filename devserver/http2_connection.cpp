#include <devserver/http2_connection.hpp>
#include <devserver/http2_library.hpp>
#include <devserver/http2_stream.hpp>

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace pyw::devserver {

namespace {

constexpr std::size_t frames_piece_size = 16 * 1024;
/// What lies here for a client that does not read.
constexpr std::size_t most_outgoing = 64 * 1024;
/// What browsers commonly use; nginx allows 128, the RFC asks for no less than 100.
constexpr std::uint32_t most_streams = 100;
/// What a stream may send before the Worker has read it. That times `most_streams` is the most that lies
/// here.
constexpr std::uint32_t stream_window = 256 * 1024;
/// Of a request whose answer has ended already. RFC 9113, 8.1 lets us end the stream at once, but curl of
/// Debian 12 (7.88) then fails instead of giving the answer; given some time it stops by itself.
constexpr std::size_t most_discarded = 1024 * 1024;
/// Of the connection: what is received counts as consumed at once, the streams' windows are what holds back.
constexpr std::int32_t connection_window = 1024 * 1024;

class Nghttp2Connection final : public Http2Connection,
                                public std::enable_shared_from_this<Nghttp2Connection> {
public:
  Nghttp2Connection(EventLoop& loop, const Http2Library& library, UniqueFd plain, OpenExchange open)
      : m_loop(loop), m_library(library), m_plain(std::move(plain)), m_ready(loop.readiness(m_plain.get())),
        m_open(std::move(open)) {
    nghttp2_session_callbacks* callbacks = nullptr;
    library.session_callbacks_new(&callbacks);
    library.set_on_begin_headers(callbacks, on_begin_headers);
    library.set_on_header(callbacks, on_header);
    library.set_on_frame_recv(callbacks, on_frame_received);
    library.set_on_data_chunk_recv(callbacks, on_data);
    library.set_on_stream_close(callbacks, on_stream_closed);
    nghttp2_option* options = nullptr;
    library.option_new(&options);
    library.option_set_no_auto_window_update(options, 1);
    library.session_server_new2(&m_session, callbacks, this, options);
    library.option_del(options);
    library.session_callbacks_del(callbacks);
    const std::array<nghttp2_settings_entry, 3> settings{
        {{NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, most_streams},
         {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, stream_window},
         {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, Http2Stream::most_fields}}};
    library.submit_settings(m_session, NGHTTP2_FLAG_NONE, settings.data(), settings.size());
    library.session_set_local_window_size(m_session, NGHTTP2_FLAG_NONE, 0, connection_window);
  }

  Nghttp2Connection(const Nghttp2Connection&) = delete;
  Nghttp2Connection& operator=(const Nghttp2Connection&) = delete;

  ~Nghttp2Connection() override { m_library.session_del(m_session); }

  void begin() {
    flush();
    wait_for_more();
  }

  void say_goodbye() override {
    if (!m_ended) {
      const auto last = m_library.session_get_last_proc_stream_id(m_session);
      m_library.submit_goaway(m_session, NGHTTP2_FLAG_NONE, last, NGHTTP2_NO_ERROR, nullptr, 0);
      flush();
    }
  }

private:
  using StreamPointer = std::shared_ptr<Http2Stream>;

  // --- The socket ---

  void wait_for_more() {
    if (!m_ended) {
      m_ready->when_readable([self = shared_from_this()] { self->read(); });
    }
  }

  void read() {
    std::array<std::uint8_t, frames_piece_size> piece; // NOLINT: filled by recv
    const auto got = ::recv(m_plain.get(), piece.data(), piece.size(), 0);
    if (got == 0 || (got < 0 && errno != EAGAIN)) {
      end();
      return;
    }
    if (got > 0) {
      m_in_library = true;
      const auto read = m_library.session_mem_recv(m_session, piece.data(), static_cast<std::size_t>(got));
      m_in_library = false;
      if (read < 0) { // no HTTP/2, or a flood; what the library has to say to that goes out first
        flush();
        end();
        return;
      }
    }
    flush();
    wait_for_more();
  }

  /// Takes from the library what is to be sent, as far as the client takes it.
  void flush() {
    if (m_in_library || m_ended) {
      return; // whoever called the library does it
    }
    while (collect()) {
      while (!m_outgoing.empty()) {
        const auto sent = ::send(m_plain.get(), m_outgoing.data(), m_outgoing.size(), MSG_NOSIGNAL);
        if (sent >= 0) {
          m_outgoing.erase(0, static_cast<std::size_t>(sent));
        } else if (errno == EAGAIN) {
          wait_to_write();
          return;
        } else {
          end();
          return;
        }
      }
    }
    if (m_library.session_want_read(m_session) == 0 && m_library.session_want_write(m_session) == 0) {
      end();
    }
  }

  void wait_to_write() {
    if (!std::exchange(m_waits_to_write, true)) {
      m_ready->when_writable([self = shared_from_this()] {
        self->m_waits_to_write = false;
        self->flush();
      });
    }
  }

  /// True when there is something to send.
  bool collect() {
    m_in_library = true;
    for (;;) {
      const std::uint8_t* bytes = nullptr;
      const auto size = m_outgoing.size() < most_outgoing ? m_library.session_mem_send(m_session, &bytes) : 0;
      if (size > 0) {
        m_outgoing.append(static_cast<const char*>(static_cast<const void*>(bytes)),
                          static_cast<std::size_t>(size));
      } else if (!read_on()) {
        break;
      }
    }
    m_in_library = false;
    return !m_outgoing.empty();
  }

  /// Streams of whose answers something was taken read what follows; true when there were some.
  bool read_on() {
    const auto drained = std::exchange(m_drained, {});
    for (const auto id : drained) {
      if (const auto stream = find(id)) {
        stream->read_on();
      }
    }
    return !drained.empty();
  }

  void end() {
    if (std::exchange(m_ended, true)) {
      return;
    }
    for (const auto& [id, stream] : std::exchange(m_streams, {})) {
      stream->leave();
    }
    m_ready.reset();
    ::shutdown(m_plain.get(), SHUT_RDWR);
  }

  // --- Streams ---

  StreamPointer find(std::int32_t id) const {
    const auto found = m_streams.find(id);
    return found == m_streams.end() ? nullptr : found->second;
  }

  void open_stream(std::int32_t id) {
    Http2Stream::Hooks hooks;
    hooks.on_uploaded = [this, id](std::size_t count) {
      if (count > 0 && !m_ended) {
        m_library.session_consume_stream(m_session, id, count);
        flush();
      }
    };
    hooks.on_answer = [this, id] { answer_came(id); };
    m_streams[id] = std::make_shared<Http2Stream>(m_loop, std::move(hooks));
  }

  void headers_came(std::int32_t id, bool is_end) {
    const auto stream = find(id);
    if (!stream) {
      return;
    }
    if (!stream->began()) {
      stream->begin(is_end ? HasBody::no : HasBody::yes,
                    [self = shared_from_this()](UniqueFd socket) { return self->m_open(std::move(socket)); });
      answer_came(id);   // one that was refused has its answer already
    } else if (is_end) { // trailer fields: dropped, as those of HTTP/1.1
      stream->end_upload();
    }
  }

  void answer_came(std::int32_t id) {
    const auto stream = find(id);
    if (!stream || m_ended) {
      return;
    }
    for (const int status : stream->take_interim()) {
      submit_head(id, status, {}, nullptr);
    }
    if (stream->status() != 0 && m_answered.insert(id).second) {
      nghttp2_data_provider body{};
      body.read_callback = on_body_wanted;
      submit_head(id, stream->status(), stream->fields(), stream->is_over() ? nullptr : &body);
    } else if (m_answered.contains(id)) {
      m_library.session_resume_data(m_session, id);
    } else if (stream->is_broken()) {
      m_library.submit_rst_stream(m_session, NGHTTP2_FLAG_NONE, id, NGHTTP2_INTERNAL_ERROR);
    }
    flush();
  }

  /// The head of an answer, or of what comes before it (1xx).
  void submit_head(std::int32_t id, int status, const HeaderFields& fields, nghttp2_data_provider* body) {
    const auto digits = std::to_string(status);
    std::vector<nghttp2_nv> pairs{pair_of(":status", digits)};
    for (const auto& [name, value] : fields) {
      pairs.push_back(pair_of(name, value));
    }
    constexpr int first_final = 200;
    if (status < first_final) {
      m_library.submit_headers(
          m_session, NGHTTP2_FLAG_NONE, id, nullptr, pairs.data(), pairs.size(), nullptr);
    } else {
      m_library.submit_response(m_session, id, pairs.data(), pairs.size(), body);
    }
  }

  /// The library copies what it is given, and has no const.
  static nghttp2_nv pair_of(std::string_view name, std::string_view value) {
    const auto bytes = [](std::string_view text) {
      return const_cast<std::uint8_t*>(
          static_cast<const std::uint8_t*>(static_cast<const void*>(text.data())));
    };
    return {bytes(name), bytes(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE};
  }

  ssize_t fill(std::int32_t id, std::uint8_t* buffer, std::size_t size, std::uint32_t& flags) {
    const auto stream = find(id);
    if (!stream) {
      return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    }
    const auto bytes = stream->peek(size);
    std::memcpy(buffer, bytes.data(), bytes.size());
    stream->taken(bytes.size());
    if (stream->is_over()) {
      flags |= NGHTTP2_DATA_FLAG_EOF;
    } else if (bytes.empty()) {
      return stream->is_broken() ? static_cast<ssize_t>(NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE)
                                 : static_cast<ssize_t>(NGHTTP2_ERR_DEFERRED);
    } else {
      m_drained.insert(id);
    }
    return static_cast<ssize_t>(bytes.size());
  }

  // --- What the library calls ---

  static Nghttp2Connection& self(void* user_data) { return *static_cast<Nghttp2Connection*>(user_data); }

  static int on_begin_headers(nghttp2_session* /*session*/, const nghttp2_frame* frame, void* user_data) {
    if (frame->hd.type == NGHTTP2_HEADERS && frame->headers.cat == NGHTTP2_HCAT_REQUEST) {
      self(user_data).open_stream(frame->hd.stream_id);
    }
    return 0;
  }

  static int on_header(nghttp2_session* /*session*/,
                       const nghttp2_frame* frame,
                       const std::uint8_t* name,
                       std::size_t name_size,
                       const std::uint8_t* value,
                       std::size_t value_size,
                       std::uint8_t /*flags*/,
                       void* user_data) {
    const auto text = [](const std::uint8_t* bytes, std::size_t size) {
      return std::string_view(static_cast<const char*>(static_cast<const void*>(bytes)), size);
    };
    const auto stream = self(user_data).find(frame->hd.stream_id);
    if (stream && !stream->began()) {
      stream->add_field(text(name, name_size), text(value, value_size));
    }
    return 0;
  }

  static int on_frame_received(nghttp2_session* /*session*/, const nghttp2_frame* frame, void* user_data) {
    const bool is_end = (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
    if (frame->hd.type == NGHTTP2_HEADERS) {
      self(user_data).headers_came(frame->hd.stream_id, is_end);
    } else if (frame->hd.type == NGHTTP2_DATA && is_end) {
      if (const auto stream = self(user_data).find(frame->hd.stream_id)) {
        stream->end_upload();
      }
    }
    return 0;
  }

  static int on_data(nghttp2_session* session,
                     std::uint8_t /*flags*/,
                     std::int32_t id,
                     const std::uint8_t* bytes,
                     std::size_t size,
                     void* user_data) {
    auto& me = self(user_data);
    me.m_library.session_consume_connection(session, size);
    if (const auto stream = me.find(id)) {
      stream->upload({static_cast<const char*>(static_cast<const void*>(bytes)), size});
      if (stream->is_over() && stream->discarded() > most_discarded) {
        me.m_library.submit_rst_stream(session, NGHTTP2_FLAG_NONE, id, NGHTTP2_NO_ERROR);
      }
    }
    return 0;
  }

  static int
  on_stream_closed(nghttp2_session* /*session*/, std::int32_t id, std::uint32_t /*error*/, void* user_data) {
    auto& me = self(user_data);
    if (const auto stream = me.find(id)) {
      me.m_streams.erase(id);
      me.m_answered.erase(id);
      stream->is_over() ? stream->close() : stream->leave();
    }
    return 0;
  }

  static ssize_t on_body_wanted(nghttp2_session* /*session*/,
                                std::int32_t id,
                                std::uint8_t* buffer,
                                std::size_t size,
                                std::uint32_t* flags,
                                nghttp2_data_source* /*source*/,
                                void* user_data) {
    return self(user_data).fill(id, buffer, size, *flags);
  }

  EventLoop& m_loop;
  const Http2Library& m_library;
  UniqueFd m_plain;
  std::unique_ptr<Readiness> m_ready;
  OpenExchange m_open;
  nghttp2_session* m_session = nullptr;
  std::map<std::int32_t, StreamPointer> m_streams;
  std::set<std::int32_t> m_answered; ///< streams whose head has been given to the library
  std::set<std::int32_t> m_drained;  ///< streams that may read on
  std::string m_outgoing;
  bool m_waits_to_write = false;
  bool m_in_library = false; ///< one of its functions is on the stack: it may not be asked what to send
  bool m_ended = false;
};

} // namespace

bool Http2Connection::is_possible() {
  return http2_library().has_value();
}

std::weak_ptr<Http2Connection> Http2Connection::start(EventLoop& loop, UniqueFd plain, OpenExchange open) {
  const auto connection =
      std::make_shared<Nghttp2Connection>(loop, **http2_library(), std::move(plain), std::move(open));
  connection->begin();
  return connection;
}

} // namespace pyw::devserver
