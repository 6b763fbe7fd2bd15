#include <base/text.hpp>
#include <edge/exchange.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>

namespace pyw::edge {

namespace {

std::optional<std::string> percent_decoded(std::string_view text) {
  const auto digit = [](char c) {
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
  };
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    if (i + 2 >= text.size() || digit(text[i + 1]) < 0 || digit(text[i + 2]) < 0) {
      return std::nullopt;
    }
    out += static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2]));
    i += 2;
  }
  return out;
}

Json envelope(bool success, Json errors, Json result) {
  return {{"success", success},
          {"errors", std::move(errors)},
          {"messages", Json::array()},
          {"result", std::move(result)}};
}

/// Names and texts come from outside: bytes that are no UTF-8 are replaced, not a crash.
std::string text_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

} // namespace

std::optional<std::string> ApiRequest::parameter(std::string_view name) const {
  const auto found =
      std::find_if(query.begin(), query.end(), [&](const auto& item) { return item.first == name; });
  return found == query.end() ? std::nullopt : std::optional(found->second);
}

Outcome::Outcome(const Json& result) : m_result(std::make_shared<Json>(result)) {}

Outcome::Outcome(Problem problem) : m_problem(std::move(problem)) {}

Outcome::Outcome(ApiAnswer whole_answer) : m_whole(std::move(whole_answer)) {}

Outcome Outcome::with_pages(std::size_t page, std::size_t per_page, std::size_t total) && {
  m_pages = std::make_shared<Json>(Json{{"page", page},
                                        {"per_page", per_page},
                                        {"count", m_result ? m_result->size() : 0},
                                        {"total_count", total}});
  return std::move(*this);
}

int Outcome::status() const {
  return m_problem ? m_problem->status : m_whole ? m_whole->status : 200;
}

ApiAnswer Outcome::answer() const {
  if (m_whole) {
    return *m_whole;
  }
  ApiAnswer out;
  out.status = status();
  if (m_problem) {
    out.body = text_of(envelope(
        false, Json::array({{{"code", m_problem->code}, {"message", m_problem->message}}}), nullptr));
    return out;
  }
  auto whole = envelope(true, Json::array(), *m_result);
  if (m_pages) {
    whole["result_info"] = *m_pages;
  }
  out.body = text_of(whole);
  return out;
}

std::optional<Target> parse_target(std::string_view target) {
  const auto question = target.find('?');
  Target out;
  auto path = percent_decoded(target.substr(0, question));
  if (!path) {
    return std::nullopt;
  }
  out.path = std::move(*path);
  if (question == std::string_view::npos) {
    return out;
  }
  for (const auto item : split(target.substr(question + 1), '&')) {
    if (item.empty()) {
      continue;
    }
    const auto equals = item.find('=');
    auto name = percent_decoded(replace_all(std::string(item.substr(0, equals)), "+", " "));
    auto value = percent_decoded(
        replace_all(std::string(equals == std::string_view::npos ? "" : item.substr(equals + 1)), "+", " "));
    if (!name || !value) {
      return std::nullopt;
    }
    out.query.emplace_back(std::move(*name), std::move(*value));
  }
  return out;
}

} // namespace pyw::edge
