#include <devserver/client_connection.hpp>
#include <devserver/error_page.hpp>
#include <devserver/host_check.hpp>
#include <devserver/live_reload.hpp>
#include <devserver/responses.hpp>
#include <devserver/tunnel.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <fmt/core.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>

namespace pyw::devserver {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using AnySocket = asio::generic::stream_protocol::socket;
using UnixSocket = asio::local::stream_protocol;
using boost::system::error_code;

/// A connection to workerd; kept for the next request when the last one ended cleanly.
struct Upstream {
  explicit Upstream(asio::io_context& context) : socket(context) {}

  UnixSocket::socket socket;
  beast::flat_buffer buffer;
  bool used_before = false;
};

namespace {

constexpr auto outcome = asio::as_tuple(asio::use_awaitable);

/// Larger than any header field a browser sends (cookies: 4 KiB each, 50 a domain are allowed).
constexpr std::uint32_t header_limit = 256 * 1024;
constexpr std::size_t copy_buffer_size = 64 * 1024;
/// Of a request to pyw itself, and of a traceback on its way to the error page.
constexpr std::size_t own_body_limit = 1024 * 1024;
/// For a workerd that does not listen to be known to have ended; commonly it takes milliseconds.
constexpr auto longest_absence = std::chrono::seconds(5);

using RequestParser = http::request_parser<http::buffer_body>;
using ResponseParser = http::response_parser<http::buffer_body>;
using RequestHead = http::request<http::buffer_body>;
using ResponseHead = http::response<http::buffer_body>;
using std::chrono::microseconds;

template <typename Fields>
void drop_hop_by_hop_fields(Fields& fields) {
  for (const auto field : {http::field::connection,
                           http::field::keep_alive,
                           http::field::proxy_connection,
                           http::field::te,
                           http::field::trailer,
                           http::field::upgrade,
                           http::field::expect}) {
    fields.erase(field);
  }
}

template <typename Fields>
HeaderFields copy_fields(const Fields& fields) {
  HeaderFields copy;
  for (const auto& field : fields) {
    copy.emplace_back(field.name_string(), field.value());
  }
  return copy;
}

std::string text(beast::string_view view) {
  return {view.data(), view.size()};
}

bool wants_html(const RequestHead& request) {
  return request[http::field::accept].find("text/html") != beast::string_view::npos;
}

/// Whether the other end has neither closed it nor said something that nobody asked for.
bool is_open(Upstream& upstream) {
  char next = 0;
  return ::recv(upstream.socket.native_handle(), &next, 1, MSG_PEEK | MSG_DONTWAIT) < 0 &&
         (errno == EAGAIN || errno == EWOULDBLOCK);
}

/// RFC 9110, 9.2.2.
bool is_idempotent(http::verb method) {
  using enum http::verb;
  return method == get || method == head || method == options || method == trace || method == put ||
         method == delete_;
}

AnswerBody body_for(const RequestHead& request) {
  return request.method() == http::verb::head ? AnswerBody::leave_out : AnswerBody::send;
}

/// Where the pieces of a body that streams through are kept or counted.
struct BodyTap {
  std::uint64_t size = 0;
  std::string* kept = nullptr;

  void pass(const char* data, std::size_t count) {
    size += count;
    if (kept != nullptr && kept->size() < most_body_kept) {
      kept->append(data, std::min(count, most_body_kept - kept->size()));
    }
  }
};

// GCC 12 destroys aggregates twice that are made inside a co_await expression: arguments of coroutines are
// named variables here.

/// Streams a message's body from a parser's stream to a serializer's, then `suffix`; true when all went over.
template <typename Input, typename Parser, typename Output, typename Serializer, typename Message>
asio::awaitable<bool> relay_body(Input& input,
                                 beast::flat_buffer& buffer,
                                 Parser& parser,
                                 Output& output,
                                 Serializer& serializer,
                                 Message& message,
                                 BodyTap& tap,
                                 std::string_view suffix = {}) {
  const auto length = parser.content_length_remaining();
  const auto piece_size =
      length ? std::clamp<std::uint64_t>(*length, 1, copy_buffer_size) : std::uint64_t{copy_buffer_size};
  const auto piece = std::make_unique_for_overwrite<char[]>(piece_size);
  do {
    message.body().data = nullptr;
    message.body().size = 0;
    if (!parser.is_done()) {
      parser.get().body().data = piece.get();
      parser.get().body().size = piece_size;
      auto [error, size] = co_await http::async_read_some(input, buffer, parser, outcome);
      if (error && error != http::error::need_buffer) {
        co_return false;
      }
      message.body().size = piece_size - parser.get().body().size;
      message.body().data = piece.get();
      tap.pass(piece.get(), message.body().size);
      if (message.body().size == 0 && !parser.is_done()) {
        continue; // a chunk header without data yet
      }
    }
    if (message.body().size == 0) {
      // Not an empty piece: it would be the chunk that ends the body.
      message.body().data = suffix.empty() ? nullptr : const_cast<char*>(suffix.data()); // only read
      message.body().size = suffix.size();
      suffix = {};
    }
    message.body().more = !parser.is_done() || !suffix.empty();
    auto [error, size] = co_await http::async_write(output, serializer, outcome);
    if (error && error != http::error::need_buffer) {
      co_return false;
    }
  } while (!parser.is_done() || !serializer.is_done());
  co_return true;
}

/// The whole of a small body; false when it is longer than `own_body_limit` or the stream ends before it
/// does.
template <typename Input, typename Parser>
asio::awaitable<bool> read_body(Input& input, beast::flat_buffer& buffer, Parser& parser, std::string& body) {
  std::array<char, 4096> piece{};
  while (!parser.is_done()) {
    parser.get().body().data = piece.data();
    parser.get().body().size = piece.size();
    const auto [error, size] = co_await http::async_read_some(input, buffer, parser, outcome);
    body.append(piece.data(), piece.size() - parser.get().body().size);
    if ((error && error != http::error::need_buffer) || body.size() > own_body_limit) {
      co_return false;
    }
  }
  co_return true;
}

class ClientConnection final : public Exchange, public std::enable_shared_from_this<ClientConnection> {
public:
  ClientConnection(ProxyShared& shared, AcceptedConnection accepted)
      : m_shared(shared), m_socket(shared.loop.context()), m_changed(shared.loop.context()),
        m_address(std::move(accepted.address)) {
    sockaddr_storage peer{};
    socklen_t size = sizeof peer;
    ::getsockname(accepted.socket.get(), static_cast<sockaddr*>(static_cast<void*>(&peer)), &size);
    m_socket.assign({peer.ss_family, 0}, accepted.socket.release());
  }

  ClientConnection(const ClientConnection&) = delete;
  ClientConnection& operator=(const ClientConnection&) = delete;

  asio::awaitable<void> run();

  void cut() override {
    if (m_tunnel) {
      m_tunnel->cut();
      return;
    }
    error_code ignored;
    m_socket.close(ignored);
    if (m_upstream) {
      m_upstream->socket.close(ignored);
    }
  }

private:
  /// again: nobody listens there any more and nothing was lost, so the next Worker may have the request.
  enum class After { keep, close, again };

  asio::awaitable<After> handle(RequestParser& parser);
  asio::awaitable<After> forward(RequestParser& parser, const Route& route, RequestRecord& record);
  asio::awaitable<After>
  relay_response(const RequestHead& request, ResponseParser& response, RequestRecord& record);
  asio::awaitable<bool> send_request(RequestParser& parser, RequestHead& head, RequestRecord& record);
  asio::awaitable<bool> read_response_head(std::unique_ptr<ResponseParser>& response, bool to_head_request);
  asio::awaitable<After> answer_error(const RequestHead& request, const ErrorAnswer& answer);
  asio::awaitable<After> answer_exception(const RequestHead& request, ResponseParser& response);
  asio::awaitable<void> switch_protocols(ResponseParser& response, const std::string& protocol);
  asio::awaitable<std::optional<After>> answer_own(RequestParser& parser);
  asio::awaitable<void> send_events(const RequestHead& request, EventFeed& feed);
  asio::awaitable<bool> connect(const Route& route);
  asio::awaitable<void> target_known();
  asio::awaitable<bool> is_replaced(Generation generation);
  [[nodiscard]] RequestHead head_for_worker(const RequestHead& request, const RequestRecord& record) const;

  [[nodiscard]] microseconds since_received() const {
    return std::chrono::duration_cast<microseconds>(std::chrono::steady_clock::now() - m_received);
  }

  ProxyShared& m_shared;
  AnySocket m_socket;
  asio::steady_timer m_changed; ///< cancelled when what is waited for may have come
  std::string m_address;
  std::chrono::steady_clock::time_point m_received;
  beast::flat_buffer m_buffer;
  std::shared_ptr<Upstream> m_upstream;
  std::unique_ptr<Tunnel> m_tunnel;
};

asio::awaitable<void> ClientConnection::run() {
  const auto self = shared_from_this();
  for (;;) {
    RequestParser parser;
    parser.header_limit(header_limit);
    parser.body_limit(boost::none);
    const auto [error, size] = co_await http::async_read_header(m_socket, m_buffer, parser, outcome);
    if (error) {
      if (error != http::error::end_of_stream &&
          error.category() == http::make_error_code(http::error::bad_method).category()) {
        const ErrorAnswer answer{400, "Bad request", error.message()};
        co_await answer_error(parser.get(), answer);
      }
      break;
    }
    if (co_await handle(parser) == After::close) {
      break;
    }
  }
  error_code ignored;
  m_socket.shutdown(AnySocket::shutdown_send, ignored);
}

/// Ends when requests have somewhere to go.
asio::awaitable<void> ClientConnection::target_known() {
  m_shared.hooks.before_request();
  while (!m_shared.traffic.is_known()) {
    m_changed.expires_at(asio::steady_timer::time_point::max());
    m_shared.traffic.when_changed([self = shared_from_this()] { self->m_changed.cancel(); });
    co_await m_changed.async_wait(outcome);
  }
}

/// A workerd that was killed listens no more before its end is known here. False when it stays the one that
/// serves: then something else is wrong with it.
asio::awaitable<bool> ClientConnection::is_replaced(Generation generation) {
  const auto until = std::chrono::steady_clock::now() + longest_absence;
  while (m_shared.traffic.is_known() && m_shared.traffic.is_current(generation)) {
    if (std::chrono::steady_clock::now() >= until) {
      co_return false;
    }
    m_changed.expires_at(until);
    m_shared.traffic.when_changed([self = shared_from_this()] { self->m_changed.cancel(); });
    co_await m_changed.async_wait(outcome);
  }
  co_return true;
}

asio::awaitable<ClientConnection::After> ClientConnection::handle(RequestParser& parser) {
  m_received = std::chrono::steady_clock::now();
  const auto& request = parser.get();
  if (request.target().starts_with("/cdn-cgi/")) {
    const auto path = text(request.target());
    const bool for_us = owner_of(path.substr(0, path.find('?'))) != PathOwner::worker;
    if ((for_us && !is_loopback_address(m_address)) ||
        !is_local_caller(text(request[http::field::host]), text(request[http::field::origin]))) {
      const ErrorAnswer answer{403, "Forbidden", "/cdn-cgi/ answers only to this machine's own pages"};
      co_await answer_error(request, answer);
      co_return After::close;
    }
    if (const auto after = co_await answer_own(parser)) {
      co_return *after;
    }
  }
  if (beast::iequals(request[http::field::expect], "100-continue")) {
    constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    co_await asio::async_write(m_socket, asio::buffer(go_on), outcome);
  }
  RequestRecord record;
  record.ray = fmt::format("{:016x}", m_shared.next_ray++);
  record.method = text(request.method_string());
  record.target = text(request.target());
  record.received = std::chrono::system_clock::now();
  record.request_fields = copy_fields(request);
  // Asked by pyw's own pages and commands: nothing that people wait to see.
  const bool quiet = request.find("x-pyw-probe") != request.end() ||
                     owner_of(record.target.substr(0, record.target.find('?'))) == PathOwner::data_side;
  if (!quiet) {
    m_shared.hooks.on_begin(record);
  }
  auto after = After::again;
  while (after == After::again) {
    co_await target_known();
    record.held = since_received();
    const auto target = m_shared.traffic.target(); // a copy: it may change while this request is under way
    if (const auto* answer = std::get_if<ErrorAnswer>(&target)) {
      record.status = answer->status;
      record.answered = since_received();
      after = co_await answer_error(request, *answer);
      continue;
    }
    const auto& route = std::get<Route>(target);
    m_shared.traffic.begin(route.generation, *this);
    after = co_await forward(parser, route, record);
    m_shared.traffic.end(route.generation, *this);
    if (after == After::again && !co_await is_replaced(route.generation)) {
      record.status = 502;
      const ErrorAnswer answer{502, "The Worker is not there", "workerd does not answer"};
      after = co_await answer_error(request, answer);
    }
  }
  record.duration = since_received();
  if (!quiet) {
    m_shared.hooks.on_request(record);
  }
  co_return after;
}

asio::awaitable<bool> ClientConnection::connect(const Route& route) {
  if (m_shared.traffic.is_current(route.generation)) {
    while ((m_upstream = m_shared.upstreams.take())) {
      if (is_open(*m_upstream)) {
        co_return true;
      }
    }
  }
  m_upstream = std::make_shared<Upstream>(m_shared.loop.context());
  const auto [error] =
      co_await m_upstream->socket.async_connect(UnixSocket::endpoint(route.socket.string()), outcome);
  co_return !error;
}

asio::awaitable<bool>
ClientConnection::send_request(RequestParser& parser, RequestHead& head, RequestRecord& record) {
  const auto upstream = m_upstream;
  http::request_serializer<http::buffer_body> serializer(head);
  head.body().data = nullptr;
  head.body().more = !parser.is_done();
  const auto [error, size] = co_await http::async_write_header(upstream->socket, serializer, outcome);
  if (error) {
    co_return false;
  }
  if (parser.is_done()) {
    co_return true;
  }
  BodyTap tap{0, &record.request_body};
  const bool sent = co_await relay_body(m_socket, m_buffer, parser, upstream->socket, serializer, head, tap);
  record.request_size = tap.size;
  co_return sent;
}

asio::awaitable<bool> ClientConnection::read_response_head(std::unique_ptr<ResponseParser>& response,
                                                           bool to_head_request) {
  for (;;) {
    response = std::make_unique<ResponseParser>();
    response->header_limit(header_limit);
    response->body_limit(boost::none);
    response->skip(to_head_request);
    const auto [error, size] =
        co_await http::async_read_header(m_upstream->socket, m_upstream->buffer, *response, outcome);
    if (error) {
      co_return false;
    }
    const auto status = response->get().result_int();
    if (status >= 200 || status == 101) {
      co_return true;
    }
  }
}

RequestHead ClientConnection::head_for_worker(const RequestHead& request, const RequestRecord& record) const {
  RequestHead head(request.base());
  const bool upgrade = head.count(http::field::upgrade) > 0 &&
                       beast::http::token_list{head[http::field::connection]}.exists("upgrade");
  const auto protocol = text(head[http::field::upgrade]);
  drop_hop_by_hop_fields(head);
  if (upgrade) {
    head.set(http::field::connection, "Upgrade");
    head.set(http::field::upgrade, protocol);
  }
  if (!m_shared.options.host.empty()) {
    head.set(http::field::host, m_shared.options.host);
  }
  head.set("CF-Connecting-IP", m_address);
  head.set("CF-Ray", record.ray);
  if (m_shared.options.tls) {
    head.set("X-Forwarded-Proto", "https"); // workerd makes the request's URL with it (src/runtime/plan.cpp)
  }
  head.version(11);
  return head;
}

asio::awaitable<ClientConnection::After>
ClientConnection::forward(RequestParser& parser, const Route& route, RequestRecord& record) {
  const auto self = shared_from_this();
  auto head = head_for_worker(parser.get(), record);
  const auto protocol = text(head[http::field::upgrade]);
  error_code ignored;
  std::unique_ptr<ResponseParser> response;
  const bool has_body = !parser.is_done();
  const bool to_head_request = head.method() == http::verb::head;
  bool body_sent = !has_body;
  asio::steady_timer upload_ended(m_shared.loop.context(), asio::steady_timer::time_point::max());
  for (;;) {
    if (!co_await connect(route)) {
      co_return After::again;
    }
    bool sent = true;
    if (has_body) {
      // Beside the answer, not before it: a Worker may answer while it still reads, or without reading.
      asio::co_spawn(
          m_shared.loop.context(),
          [this, self, &parser, &head, &record, &body_sent, &upload_ended]() -> asio::awaitable<void> {
            body_sent = co_await send_request(parser, head, record);
            upload_ended.expires_at(asio::steady_timer::time_point::min());
          },
          asio::detached);
    } else {
      sent = co_await send_request(parser, head, record);
    }
    if (sent && co_await read_response_head(response, to_head_request)) {
      break;
    }
    // A kept connection may have been closed by workerd in the meantime. What may be done twice is tried
    // again.
    const bool retry = m_upstream->used_before && !has_body && is_idempotent(head.method());
    m_upstream->socket.close(ignored);
    if (!retry) {
      if (has_body) {
        m_socket.cancel(ignored); // the upload may be waiting for the client
        co_await upload_ended.async_wait(outcome);
      }
      record.status = 502;
      const ErrorAnswer answer{
          502, "The Worker ended without an answer", "its log in the terminal may say why"};
      co_return co_await answer_error(parser.get(), answer);
    }
  }

  m_shared.hooks.on_answer(route.generation);
  record.answered = since_received();
  record.status = static_cast<int>(response->get().result_int());
  record.response_fields = copy_fields(response->get());
  auto after = After::close;
  if (record.status == 101) {
    record.websocket = true;
    co_await switch_protocols(*response, protocol);
  } else if (response->get().count(exception_field) > 0 && wants_html(parser.get())) {
    after = co_await answer_exception(parser.get(), *response);
  } else {
    after = co_await relay_response(parser.get(), *response, record);
  }
  if (has_body && upload_ended.expiry() == asio::steady_timer::time_point::max()) {
    // The Worker answered without reading everything: the rest of the upload has nowhere to go.
    m_socket.cancel(ignored);
    m_upstream->socket.close(ignored);
    co_await upload_ended.async_wait(outcome);
    after = After::close;
  }
  if (after == After::keep && body_sent && response->keep_alive() &&
      m_shared.traffic.is_current(route.generation)) {
    m_upstream->used_before = true;
    m_shared.upstreams.give_back(m_upstream);
  }
  m_upstream.reset();
  co_return after;
}

asio::awaitable<ClientConnection::After> ClientConnection::relay_response(const RequestHead& request,
                                                                          ResponseParser& response,
                                                                          RequestRecord& record) {
  ResponseHead head(response.get().base());
  drop_hop_by_hop_fields(head);
  head.version(request.version());
  const PageFacts facts{text(request[http::field::host]),
                        text(request["Sec-Fetch-Dest"]),
                        text(request[http::field::accept]),
                        text(head[http::field::content_type]),
                        text(head[http::field::content_encoding]),
                        record.status};
  const bool is_page = !response.is_done() && !m_shared.options.page_suffix.empty() && is_shown_page(facts);
  const std::string_view suffix = is_page ? std::string_view(m_shared.options.page_suffix) : "";
  const bool unknown_length = !response.is_done() && !response.content_length() && !response.chunked();
  if (response.content_length() && is_page) {
    head.content_length(*response.content_length() + suffix.size());
  }
  if (request.version() == 10) {
    head.chunked(false); // HTTP/1.0 knows no chunks: the end of the connection ends the body
  } else if (unknown_length) {
    head.chunked(true);
  }
  const bool keep =
      request.keep_alive() && (request.version() == 11 || response.content_length().has_value());
  head.keep_alive(keep);

  http::response_serializer<http::buffer_body> serializer(head);
  head.body().data = nullptr;
  head.body().more = !response.is_done();
  if (response.is_done() || m_upstream->buffer.size() == 0) {
    // Else the first piece of the body is there, and goes out together with the head.
    const auto [error, size] = co_await http::async_write_header(m_socket, serializer, outcome);
    if (error) {
      co_return After::close;
    }
  }
  BodyTap tap;
  const bool whole =
      response.is_done() ||
      co_await relay_body(
          m_upstream->socket, m_upstream->buffer, response, m_socket, serializer, head, tap, suffix);
  record.response_size = tap.size;
  co_return whole&& keep ? After::keep : After::close;
}

asio::awaitable<void> ClientConnection::switch_protocols(ResponseParser& response,
                                                         const std::string& protocol) {
  ResponseHead switching(response.get().base());
  http::response_serializer<http::buffer_body> serializer(switching);
  const auto [error, size] = co_await http::async_write_header(m_socket, serializer, outcome);
  if (error) {
    co_return;
  }
  TunnelEnd client{UniqueFd(m_socket.release()), beast::buffers_to_string(m_buffer.data())};
  TunnelEnd worker{UniqueFd(m_upstream->socket.release()),
                   beast::buffers_to_string(m_upstream->buffer.data())};
  m_buffer = {};
  m_upstream.reset();
  m_changed.expires_at(asio::steady_timer::time_point::max());
  m_tunnel =
      Tunnel::start(m_shared.loop,
                    beast::iequals(protocol, "websocket") ? TunnelProtocol::websocket : TunnelProtocol::other,
                    std::move(client),
                    std::move(worker),
                    [weak = weak_from_this()] {
                      if (const auto self = weak.lock()) {
                        self->m_changed.expires_at(asio::steady_timer::time_point::min());
                      }
                    });
  if (m_changed.expiry() == asio::steady_timer::time_point::max()) {
    co_await m_changed.async_wait(outcome);
  }
  m_tunnel.reset();
}

// --- pyw's own answers ---

asio::awaitable<std::optional<ClientConnection::After>> ClientConnection::answer_own(RequestParser& parser) {
  const auto& request = parser.get();
  OwnRequest own;
  own.method = text(request.method_string());
  own.path = text(request.target());
  if (const auto mark = own.path.find('?'); mark != std::string::npos) {
    own.query = own.path.substr(mark + 1);
    own.path.resize(mark);
  }
  const auto owner = owner_of(own.path);
  if (owner == PathOwner::worker) {
    co_return std::nullopt;
  }
  if (!is_same_origin(text(request[http::field::host]),
                      text(request[http::field::origin]),
                      text(request["Sec-Fetch-Site"]))) {
    const ErrorAnswer answer{403, "Forbidden", "these pages answer only to themselves"};
    co_await answer_error(request, answer);
    co_return After::close;
  }
  if (owner == PathOwner::data_side) {
    co_return std::nullopt;
  }
  if (!co_await read_body(m_socket, m_buffer, parser, own.body)) {
    co_return After::close;
  }
  const auto answer = m_shared.hooks.own(own);
  if (answer.feed) {
    co_await send_events(request, *answer.feed);
    co_return After::close;
  }
  const auto bytes =
      own_response(answer, body_for(request), request.keep_alive() ? AfterAnswer::keep : AfterAnswer::close);
  const auto [error, size] = co_await asio::async_write(m_socket, asio::buffer(bytes), outcome);
  co_return error || !request.keep_alive() ? After::close : After::keep;
}

/// Server-sent events (HTML standard, 9.2); a comment now and then finds out whether the page is still there.
asio::awaitable<void> ClientConnection::send_events(const RequestHead& request, EventFeed& feed) {
  constexpr std::string_view head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                                    "Cache-Control: no-store\r\nConnection: close\r\n\r\n";
  constexpr auto interval = std::chrono::seconds(15);
  const auto self = shared_from_this();
  auto [error, size] = co_await asio::async_write(m_socket, asio::buffer(head), outcome);
  feed.on_push([this] { m_changed.cancel(); });
  while (!error && request.method() != http::verb::head) {
    auto events = feed.take();
    if (events.empty()) {
      m_changed.expires_after(interval);
      const auto [woken] = co_await m_changed.async_wait(outcome);
      events = woken ? feed.take() : std::string(": still here\n\n");
      if (events.empty()) {
        continue;
      }
    }
    const auto [failed, sent] = co_await asio::async_write(m_socket, asio::buffer(events), outcome);
    error = failed;
  }
  feed.end();
}

/// The Worker raised an exception; a browser gets it as a page.
asio::awaitable<ClientConnection::After> ClientConnection::answer_exception(const RequestHead& request,
                                                                            ResponseParser& response) {
  ErrorAnswer answer;
  answer.status = static_cast<int>(response.get().result_int());
  answer.failure = text(response.get()[exception_field]);
  // As far as it came: half a traceback is better than none.
  co_await read_body(m_upstream->socket, m_upstream->buffer, response, answer.text);
  answer.title = last_line(answer.text);
  co_return co_await answer_error(request, answer);
}

asio::awaitable<ClientConnection::After> ClientConnection::answer_error(const RequestHead& request,
                                                                        const ErrorAnswer& answer) {
  const auto bytes =
      error_response(answer, wants_html(request) ? ErrorFormat::page : ErrorFormat::text, body_for(request));
  co_await asio::async_write(m_socket, asio::buffer(bytes), outcome);
  co_return After::close;
}

} // namespace

void serve_connection(ProxyShared& shared, AcceptedConnection accepted) {
  auto connection = std::make_shared<ClientConnection>(shared, std::move(accepted));
  asio::co_spawn(shared.loop.context(), [connection] { return connection->run(); }, asio::detached);
}

} // namespace pyw::devserver
