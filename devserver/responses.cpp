#include <devserver/error_page.hpp>
#include <devserver/responses.hpp>

#include <fmt/core.h>

#include <array>
#include <string_view>
#include <utility>

namespace pyw::devserver {

namespace {

/// The phrases of RFC 9110 for what pyw answers; HTTP allows any, also none.
std::string_view phrase_of(int status) {
  constexpr std::array<std::pair<int, std::string_view>, 10> phrases{{{200, "OK"},
                                                                      {202, "Accepted"},
                                                                      {302, "Found"},
                                                                      {400, "Bad Request"},
                                                                      {403, "Forbidden"},
                                                                      {404, "Not Found"},
                                                                      {405, "Method Not Allowed"},
                                                                      {409, "Conflict"},
                                                                      {500, "Internal Server Error"},
                                                                      {502, "Bad Gateway"}}};
  for (const auto& [number, phrase] : phrases) {
    if (number == status) {
      return phrase;
    }
  }
  return "";
}

std::string message(
    int status, std::string_view type, std::string_view fields, std::string_view content, AnswerBody body) {
  return fmt::format(
      "HTTP/1.1 {} {}\r\nContent-Type: {}\r\nCache-Control: no-store\r\nContent-Length: {}\r\n{}\r\n{}",
      status,
      phrase_of(status),
      type,
      content.size(),
      fields,
      body == AnswerBody::send ? content : "");
}

} // namespace

std::string own_response(const OwnAnswer& answer, AnswerBody body, AfterAnswer after) {
  std::string fields = "X-Content-Type-Options: nosniff\r\n"
                       "Content-Security-Policy: default-src 'self'; frame-ancestors 'none'\r\n";
  fields += after == AfterAnswer::keep ? "Connection: keep-alive\r\n" : "Connection: close\r\n";
  if (!answer.location.empty()) {
    fields += fmt::format("Location: {}\r\n", answer.location);
  }
  return message(answer.status, answer.content_type, fields, answer.body, body);
}

std::string error_response(const ErrorAnswer& answer, ErrorFormat format, AnswerBody body) {
  const bool page = format == ErrorFormat::page;
  return message(answer.status,
                 page ? "text/html; charset=utf-8" : "text/plain; charset=utf-8",
                 "X-Pyw-Error: 1\r\nConnection: close\r\n",
                 page ? error_page(answer) : fmt::format("{}\n\n{}\n", answer.title, answer.text),
                 body);
}

} // namespace pyw::devserver
