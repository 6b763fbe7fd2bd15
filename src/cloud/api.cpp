#include <base/percent_encoding.hpp>
#include <base/text.hpp>
#include <cloud/api.hpp>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <ctime>

namespace pyw::cloud {

namespace {

using std::chrono::milliseconds;

constexpr int attempts = 3;
/// Longer waits are the user's decision, not ours.
constexpr milliseconds longest_retry_after{60'000};

std::string query_text(const Query& query) {
  std::string out;
  for (const auto& [key, value] : query) {
    // A path may bring a query of its own.
    out += (out.empty() ? "?" : "&") + percent_encoded(key, "-_.*") + "=" +
           replace_all(percent_encoded(value, "-_.* "), " ", "+");
  }
  return out;
}

std::optional<milliseconds> retry_after_of(const HttpResponse& response,
                                           std::chrono::system_clock::time_point now) {
  const auto text = response.header("Retry-After");
  long seconds = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (problem == std::errc{} && end == text.data() + text.size() && seconds >= 0) {
    return milliseconds(std::min(seconds, 1'000'000L) * 1000);
  }
  std::tm parts{};
  if (text.empty() || ::strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts) == nullptr) {
    return std::nullopt;
  }
  const auto at = std::chrono::system_clock::from_time_t(::timegm(&parts));
  return std::max(milliseconds(0), std::chrono::duration_cast<milliseconds>(at - now));
}

std::string render_error(const Json& error, int depth) {
  if (!error.is_object()) {
    return error.is_string() ? error.get<std::string>() : error.dump();
  }
  auto out = text_at(error, "message");
  if (const auto code = error.find("code"); code != error.end() && !code->is_null()) {
    out += fmt::format(" [code: {}]", code->is_string() ? code->get<std::string>() : code->dump());
  }
  if (const auto link = text_at(error, "documentation_url"); !link.empty()) {
    out += fmt::format("\nmore about this error: {}", link);
  }
  if (const auto chain = error.find("error_chain"); chain != error.end() && chain->is_array() && depth < 8) {
    for (const auto& cause : *chain) {
      out += "\n" + std::string(static_cast<std::size_t>(depth) * 2, ' ') + "- " +
             render_error(cause, depth + 1);
    }
  }
  return out;
}

void read_errors(const Json& envelope, ApiFailure& failure) {
  const auto list = envelope.find("errors");
  if (list != envelope.end() && list->is_array() && !list->empty()) {
    for (const auto& error : *list) {
      failure.notes.push_back(render_error(error, 1));
    }
    const auto& first = list->front();
    if (first.is_object() && first.contains("code") && first["code"].is_number_integer()) {
      failure.code = first["code"].get<int>();
    }
    if (first.is_object() && first.contains("meta")) {
      failure.meta = first["meta"].dump();
    }
  }
  if (const auto messages = envelope.find("messages"); messages != envelope.end() && messages->is_array()) {
    for (const auto& message : *messages) {
      failure.notes.push_back(render_error(message, 1));
    }
  }
  if (failure.notes.empty() && !text_at(envelope, "error").empty()) {
    failure.notes.push_back(text_at(envelope, "error"));
  }
}

/// Headers that hold nothing secret. All others may: those of CLOUDFLARE_API_HEADERS are anybody's.
bool may_be_shown(const std::string& name) {
  const auto lower = to_lower(name);
  return lower == "user-agent" || lower == "cache-control" || lower == "expires" || lower == "cf-trace-id" ||
         lower == "cloudflare-workers-script-api-date" || lower.starts_with("content-") ||
         lower.starts_with("cf-r2-");
}

/// What a person would type to repeat the request, without the secrets.
std::string as_curl(const HttpRequest& request) {
  std::string out = "curl -X " + request.method;
  out += request.bearer_token ? " -H 'Authorization: Bearer ***'" : "";
  for (const auto& [name, value] : request.headers) {
    out += " -H " + shell_quote(name + ": " + (may_be_shown(name) ? value : "***"));
  }
  out += request.body_stream || !request.body.empty() ? " --data-binary @-" : "";
  return out + " " + shell_quote(request.url);
}

} // namespace

std::string escape_component(std::string_view text) {
  return percent_encoded(text, uri_component_signs);
}

Call get(std::string path, Query query) {
  Call call;
  call.path = std::move(path);
  call.query = std::move(query);
  return call;
}

Call with_json(std::string method, std::string path, const Json& body) {
  Call call;
  call.method = std::move(method);
  call.path = std::move(path);
  call.headers.emplace_back("Content-Type", "application/json");
  call.body = body.dump();
  return call;
}

Api::Api(World& world, Credentials credentials, const std::optional<std::string>& base_url)
    : m_world(world), m_credentials(std::move(credentials)),
      m_base_url(base_url ? base_url->substr(0, base_url->find_last_not_of('/') + 1)
                          : api_base_url(world.environment)) {}

Api::Api(World& world, LocalApi local)
    : m_world(world), m_name(std::move(local.name)), m_base_url(std::move(local.base_url)),
      m_connection(std::move(local.connection)) {}

ApiFailure Api::failure_of(ApiFailure::Kind kind, const Call& call, int status) const {
  ApiFailure failure;
  failure.kind = kind;
  failure.api = m_name;
  failure.method = call.method;
  failure.path = call.path;
  failure.status = status;
  return failure;
}

HttpRequest Api::request_for(const Call& call) const {
  HttpRequest request;
  request.method = call.method;
  const auto query = query_text(call.query);
  const bool has_query = call.path.find('?') != std::string::npos;
  request.url = m_base_url + call.path + (has_query && !query.empty() ? "&" + query.substr(1) : query);
  request.headers = call.headers;
  request.headers.emplace_back("User-Agent", "pyw/" PYW_VERSION);
  request.body = call.body;
  request.body_stream = call.stream;
  request.idle_timeout_s = 120; // a large script is validated before the first byte of the answer comes
  request.connection = m_connection;
  if (call.bearer) {
    request.bearer_token = call.bearer;
  } else {
    authorize(request);
  }
  if (const auto trace = m_world.environment.get_nonempty("WRANGLER_TRACE_ID")) {
    request.headers.emplace_back("Cf-Trace-Id", *trace);
  }
  if (const auto extra = m_world.environment.get_nonempty("CLOUDFLARE_API_HEADERS")) {
    auto object = Json::parse(*extra, nullptr, false);
    object = object.is_object() ? std::move(object) : Json::object();
    for (const auto& [name, value] : object.items()) {
      request.headers.emplace_back(name, value.is_string() ? value.get<std::string>() : value.dump());
    }
  }
  return request;
}

void Api::authorize(HttpRequest& request) const {
  if (!m_credentials) {
    return;
  }
  if (const auto* token = std::get_if<ApiToken>(&m_credentials->value)) {
    request.bearer_token = token->token;
    return;
  }
  const auto& key = std::get<GlobalKey>(m_credentials->value);
  request.headers.emplace_back("X-Auth-Key", key.key.reveal());
  request.headers.emplace_back("X-Auth-Email", key.email);
}

Answer<HttpResponse> Api::send_once(const Call& call) {
  const auto request = request_for(call);
  m_world.reporter.verbose(as_curl(request));
  auto response = m_world.http.send(request, call.progress);
  if (!response) {
    auto failure = failure_of(ApiFailure::Kind::unreachable, call, 0);
    failure.cause = std::move(response.error());
    return tl::unexpected(std::move(failure));
  }
  m_world.reporter.verbose(fmt::format("{} {} -> {}", call.method, call.path, response->status));
  return std::move(*response);
}

Answer<Json> Api::envelope_once(const Call& call) {
  auto response = send_once(call);
  if (!response) {
    return tl::unexpected(std::move(response.error()));
  }
  if (response->body.empty() && (response->status == 204 || response->status == 205)) {
    return Json{{"success", true}, {"result", Json::object()}};
  }
  auto envelope = Json::parse(response->body, nullptr, false);
  if (!envelope.is_object()) {
    auto failure = failure_of(ApiFailure::Kind::malformed, call, response->status);
    const auto shown = response->body.substr(0, 100);
    failure.notes.push_back(response->body.size() > shown.size()
                                ? fmt::format("{}… ({} bytes)", shown, response->body.size())
                                : shown);
    if (const auto ray = response->header("cf-ray"); !ray.empty()) {
      failure.notes.push_back("Cloudflare Ray ID: " + ray);
    }
    failure.retry_after = retry_after_of(*response, m_world.clock.now());
    return tl::unexpected(std::move(failure));
  }
  if (envelope.value("success", Json(false)) == Json(true)) {
    return envelope;
  }
  auto failure = failure_of(ApiFailure::Kind::refused, call, response->status);
  read_errors(envelope, failure);
  failure.retry_after = retry_after_of(*response, m_world.clock.now());
  return tl::unexpected(std::move(failure));
}

bool Api::wait_before_retry(const ApiFailure& failure, const Call& call, int attempt) {
  const bool safe_to_repeat = call.method == "GET" && failure.kind == ApiFailure::Kind::unreachable;
  if ((call.retry == Retry::no && !safe_to_repeat) || !failure.may_pass() || attempt >= attempts ||
      m_world.http.is_offline()) {
    return false;
  }
  if (failure.retry_after && *failure.retry_after > longest_retry_after) {
    return false;
  }
  auto wait = milliseconds((attempt - 1) * 1000);
  if (failure.retry_after) {
    wait = *failure.retry_after;
  } else if (failure.status == 429) {
    wait = std::max(wait, milliseconds(1000));
  }
  m_world.reporter.message(
      fmt::format("{} {} failed ({}); trying again{}",
                  call.method,
                  call.path,
                  failure.status == 0 ? "no answer" : fmt::format("status {}", failure.status),
                  wait.count() == 0 ? "" : fmt::format(" in {} s", (wait.count() + 999) / 1000)));
  if (wait.count() > 0) {
    m_world.clock.sleep(wait);
  }
  if (call.stream) {
    call.stream->rewind();
  }
  return true;
}

Answer<Json> Api::envelope(const Call& call) {
  for (int attempt = 1;; ++attempt) {
    auto envelope = envelope_once(call);
    if (envelope || !wait_before_retry(envelope.error(), call, attempt)) {
      return envelope;
    }
  }
}

Answer<Json> Api::call(const Call& call) {
  auto envelope = this->envelope(call);
  if (!envelope) {
    return envelope;
  }
  const auto result = envelope->find("result");
  return result == envelope->end() ? Json() : std::move(*result);
}

Result<Json> Api::require(const Call& call) {
  return to_result(this->call(call));
}

Answer<HttpResponse> Api::raw(const Call& call) {
  auto response = send_once(call);
  if (!response || (response->status >= 200 && response->status < 300)) {
    return response;
  }
  auto failure = failure_of(ApiFailure::Kind::refused, call, response->status);
  const auto envelope = Json::parse(response->body, nullptr, false);
  if (envelope.is_object()) {
    read_errors(envelope, failure);
  } else {
    failure.notes.push_back(response->body.substr(0, 100));
  }
  return tl::unexpected(std::move(failure));
}

Answer<Json> Api::paged(Call call) {
  auto all = Json::array();
  call.query.emplace_back("page", "1");
  for (int page = 1;; ++page) {
    call.query.back().second = std::to_string(page);
    auto envelope = this->envelope(call);
    if (!envelope) {
      return envelope;
    }
    const auto result = envelope->find("result");
    const bool some = result != envelope->end() && result->is_array() && !result->empty();
    for (auto& item : some ? *result : Json::array()) {
      all.push_back(std::move(item));
    }
    const auto info = envelope->value("result_info", Json::object());
    const auto number = [&](const char* key) {
      return info.is_object() && info.contains(key) && info[key].is_number() ? info[key].get<double>() : 0.0;
    };
    if (!some || number("page") * number("per_page") >= number("total_count")) {
      return all;
    }
  }
}

Answer<std::pair<Json, std::string>> Api::cursor_step(const Call& call, const std::string& cursor) {
  auto step = call;
  if (!cursor.empty()) {
    step.query.emplace_back("cursor", cursor);
  }
  auto envelope = this->envelope(step);
  if (!envelope) {
    return tl::unexpected(std::move(envelope.error()));
  }
  const auto result = envelope->find("result");
  auto items = result != envelope->end() && result->is_array() ? std::move(*result) : Json::array();
  return std::pair(std::move(items), text_at(envelope->value("result_info", Json::object()), "cursor"));
}

Answer<Json> Api::listed(const Call& call) {
  auto all = Json::array();
  std::string cursor;
  do {
    auto step = cursor_step(call, cursor);
    if (!step) {
      return tl::unexpected(std::move(step.error()));
    }
    for (auto& item : step->first) {
      all.push_back(std::move(item));
    }
    cursor = step->second;
  } while (!cursor.empty());
  return all;
}

Answer<Json> Api::cursor_page(const Call& call, int page) {
  std::string cursor;
  for (int number = 1;; ++number) {
    auto step = cursor_step(call, cursor);
    if (!step) {
      return tl::unexpected(std::move(step.error()));
    }
    if (number >= page) {
      return std::move(step->first);
    }
    if (step->second.empty()) {
      return Json::array();
    }
    cursor = step->second;
  }
}

} // namespace pyw::cloud
