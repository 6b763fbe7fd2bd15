#include <devserver/responses.hpp>
#include <support/catch.hpp>

using namespace pyw::devserver;

TEST_CASE("answers of pyw's own are whole messages") {
  OwnAnswer answer{302, "text/plain", "elsewhere", "/cdn-cgi/pyw/", {}};
  CHECK(own_response(answer, AnswerBody::send, AfterAnswer::keep) ==
        "HTTP/1.1 302 Found\r\nContent-Type: text/plain\r\nCache-Control: no-store\r\nContent-Length: 9\r\n"
        "X-Content-Type-Options: nosniff\r\nContent-Security-Policy: default-src 'self'; frame-ancestors "
        "'none'\r\n"
        "Connection: keep-alive\r\nLocation: /cdn-cgi/pyw/\r\n\r\nelsewhere");
  CHECK(own_response(answer, AnswerBody::leave_out, AfterAnswer::close).ends_with("\r\n\r\n"));
}

TEST_CASE("an error is text or a page; HEAD gets its length alone") {
  const ErrorAnswer answer{502, "Gone", "why", {}};
  CHECK(error_response(answer, ErrorFormat::text, AnswerBody::send) ==
        "HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/plain; charset=utf-8\r\nCache-Control: no-store\r\n"
        "Content-Length: 10\r\nX-Pyw-Error: 1\r\nConnection: close\r\n\r\nGone\n\nwhy\n");
  const auto head = error_response(answer, ErrorFormat::text, AnswerBody::leave_out);
  CHECK(head.ends_with("Content-Length: 10\r\nX-Pyw-Error: 1\r\nConnection: close\r\n\r\n"));
  CHECK(error_response(answer, ErrorFormat::page, AnswerBody::send).find("<title>Gone</title>") !=
        std::string::npos);
}
