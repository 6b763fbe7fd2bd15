// A request's way to the Worker and its answer's way back.
#include <devserver/client_exchange.hpp>
#include <devserver/error_page.hpp>
#include <devserver/live_reload.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/beast/core/buffers_to_string.hpp>

namespace pyw::devserver {

namespace {

/// RFC 9110, 9.2.2.
bool is_idempotent(http::verb method) {
  using enum http::verb;
  return method == get || method == head || method == options || method == trace || method == put ||
         method == delete_;
}

} // namespace

asio::awaitable<bool> ClientConnection::connect(const Route& route) {
  if (m_shared.traffic.is_current(route.generation)) {
    while ((m_upstream = m_shared.upstreams.take())) {
      if (is_quiet(m_upstream->socket)) {
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
  const auto sent = co_await relay_body(m_socket, m_buffer, parser, upstream->socket, serializer, head, tap);
  record.request_size = tap.size;
  co_return sent == Relayed::all;
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
            if (body_sent) {
              watch_client();
            }
            upload_ended.expires_at(asio::steady_timer::time_point::min());
          },
          asio::detached);
    } else {
      watch_client();
      sent = co_await send_request(parser, head, record);
    }
    if (sent && co_await read_response_head(response, to_head_request)) {
      break;
    }
    // A kept connection may have been closed by workerd in the meantime. What may be done twice is tried
    // again.
    const bool retry = !m_left && m_upstream->used_before && !has_body && is_idempotent(head.method());
    m_upstream->socket.close(ignored);
    if (!retry) {
      if (has_body) {
        m_socket.cancel(ignored); // the upload may be waiting for the client
        co_await upload_ended.async_wait(outcome);
      }
      record.status = m_left ? client_closed_request : 502;
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
          m_upstream->socket, m_upstream->buffer, response, m_socket, serializer, head, tap, suffix) ==
          Relayed::all;
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

} // namespace pyw::devserver
