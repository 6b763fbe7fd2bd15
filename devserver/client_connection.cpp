#include <devserver/client_exchange.hpp>
#include <devserver/error_page.hpp>
#include <devserver/host_check.hpp>
#include <devserver/responses.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/write.hpp>
#include <fmt/core.h>
#include <sys/socket.h>

namespace pyw::devserver {

namespace {

/// For a workerd that does not listen to be known to have ended; commonly it takes milliseconds.
constexpr auto longest_absence = std::chrono::seconds(5);

AnswerBody body_for(const RequestHead& request) {
  return request.method() == http::verb::head ? AnswerBody::leave_out : AnswerBody::send;
}

} // namespace

ClientConnection::ClientConnection(ProxyShared& shared, AcceptedConnection accepted)
    : m_shared(shared), m_socket(shared.loop.context()), m_changed(shared.loop.context()),
      m_address(std::move(accepted.address)) {
  sockaddr_storage peer{};
  socklen_t size = sizeof peer;
  ::getsockname(accepted.socket.get(), static_cast<sockaddr*>(static_cast<void*>(&peer)), &size);
  m_socket.assign({peer.ss_family, 0}, accepted.socket.release());
  m_speaks_tcp = peer.ss_family != AF_UNIX;
}

void ClientConnection::cut() {
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

void ClientConnection::client_left() {
  m_left = true;
  cut();
  m_changed.cancel();
}

/// Notices that the client closes its connection while the Worker is at work, which else the next write
/// would, and an answer's first may be minutes away. Of a request within HTTP/2 or TLS that server knows. A
/// client that only says that it will send no more (nobody's does but some scripts') has left as well.
void ClientConnection::watch_client() {
  if (!m_speaks_tcp || m_watched || m_buffer.size() > 0) {
    return;
  }
  m_watched = true;
  m_socket.async_wait(AnySocket::wait_read, [self = shared_from_this()](error_code error) {
    self->m_watched = false;
    if (!error && self->m_forwarding && has_ended(self->m_socket)) {
      self->client_left();
    }
  });
}

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
  while (!m_shared.traffic.is_known() && !m_left) {
    m_changed.expires_at(asio::steady_timer::time_point::max());
    m_shared.traffic.when_changed([self = shared_from_this()] { self->m_changed.cancel(); });
    co_await m_changed.async_wait(outcome);
  }
}

/// A workerd that was killed listens no more before its end is known here. False when it stays the one that
/// serves: then something else is wrong with it.
asio::awaitable<bool> ClientConnection::is_replaced(Generation generation) {
  const auto until = std::chrono::steady_clock::now() + longest_absence;
  while (m_shared.traffic.is_known() && m_shared.traffic.is_current(generation) && !m_left) {
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
    if (m_left) {
      record.status = client_closed_request;
      after = After::close;
      continue;
    }
    const auto target = m_shared.traffic.target(); // a copy: it may change while this request is under way
    if (const auto* answer = std::get_if<ErrorAnswer>(&target)) {
      record.status = answer->status;
      record.answered = since_received();
      after = co_await answer_error(request, *answer);
      continue;
    }
    const auto& route = std::get<Route>(target);
    m_shared.traffic.begin(route.generation, *this);
    m_forwarding = true;
    after = co_await forward(parser, route, record);
    m_forwarding = false;
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
  while (!error && !m_left && request.method() != http::verb::head) {
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

std::function<void()> serve_connection(ProxyShared& shared, AcceptedConnection accepted) {
  auto connection = std::make_shared<ClientConnection>(shared, std::move(accepted));
  asio::co_spawn(shared.loop.context(), [connection] { return connection->run(); }, asio::detached);
  return [weak = std::weak_ptr(connection)] {
    if (const auto still_there = weak.lock()) {
      still_there->client_left();
    }
  };
}

} // namespace pyw::devserver
