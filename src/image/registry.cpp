#include <base/hash.hpp>
#include <base/percent_encoding.hpp>
#include <base/text.hpp>

#include <fmt/core.h>
#include <image/registry.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace pyw::image {

namespace {

/// A piece that a cut connection costs at most.
constexpr std::size_t piece_bytes = std::size_t{16} << 20U;
constexpr int most_attempts = 5;
constexpr std::size_t longest_tag = 128; // distribution-spec, "Pulling manifests"

bool consists_of(std::string_view text, std::string_view characters) {
  return !text.empty() && text.find_first_not_of(characters) == std::string_view::npos;
}

bool is_this_machine(std::string_view registry) {
  const auto host =
      registry.substr(0, registry.starts_with('[') ? registry.find(']') + 1 : registry.find(':'));
  return host == "localhost" || host == "[::1]" || host.starts_with("127.");
}

/// What it says of itself: {"errors": [{"code", "message"}]}.
Error refused(const HttpResponse& response, std::string_view what) {
  const auto json = nlohmann::json::parse(response.body, nullptr, false);
  std::string why;
  if (json.is_object() && json.contains("errors") && json["errors"].is_array()) {
    for (const auto& item : json["errors"]) {
      why += fmt::format("{}{}", why.empty() ? "" : "; ", item.is_object() ? item.value("message", "") : "");
    }
  }
  auto hints =
      response.status == 401 || response.status == 403
          ? std::vector<std::string>{"set PYW_REGISTRY_USER and PYW_REGISTRY_PASSWORD, or log in as for "
                                     "other tools (~/.docker/config.json)"}
          : std::vector<std::string>{};
  return user_error(
      fmt::format("the registry refused {}: {}{}{}", what, response.status, why.empty() ? "" : ": ", why),
      std::move(hints));
}

} // namespace

Result<Reference> parse_reference(std::string_view text) {
  constexpr std::string_view name_characters = "abcdefghijklmnopqrstuvwxyz0123456789._-/";
  constexpr std::string_view tag_characters =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
  const auto slash = text.find('/');
  const auto problem = usage_error(fmt::format("`{}` is not REGISTRY/NAME:TAG", text));
  if (slash == std::string_view::npos) {
    return failure(problem);
  }
  Reference out{std::string(text.substr(0, slash)), std::string(text.substr(slash + 1))};
  if (const auto colon = out.name.find(':'); colon != std::string::npos) {
    out.tag = out.name.substr(colon + 1);
    out.name.resize(colon);
  }
  // As docker reads it: the first part is a registry when it could not be a name's.
  const bool is_host = out.registry == "localhost" || out.registry.find_first_of(".:") != std::string::npos;
  const bool good = is_host && consists_of(out.name, name_characters) && !out.name.ends_with('/') &&
                    consists_of(out.tag, tag_characters) && out.tag.size() <= longest_tag &&
                    out.registry.find_first_of("@?# ") == std::string::npos;
  return good ? Result<Reference>(std::move(out)) : failure(problem);
}

Challenge parse_challenge(std::string_view header) {
  Challenge out;
  const auto blank = header.find(' ');
  out.scheme = to_lower(std::string(header.substr(0, blank)));
  auto rest = blank == std::string_view::npos ? std::string_view() : header.substr(blank + 1);
  while (!rest.empty()) {
    const auto equals = rest.find('=');
    if (equals == std::string_view::npos) {
      break;
    }
    const auto name = to_lower(std::string(trim(rest.substr(0, equals))));
    rest.remove_prefix(equals + 1);
    const bool quoted = rest.starts_with('"');
    rest.remove_prefix(quoted ? 1 : 0);
    const auto end = std::min(rest.size(), rest.find(quoted ? '"' : ','));
    out.parameters[name] = std::string(rest.substr(0, end));
    rest.remove_prefix(end);
    const auto next = rest.find(',');
    rest.remove_prefix(next == std::string_view::npos ? rest.size() : next + 1);
  }
  return out;
}

Registry::Registry(Reference reference,
                   std::optional<Credentials> credentials,
                   HttpClient& http,
                   Reporter& reporter)
    : m_reference(std::move(reference)), m_credentials(std::move(credentials)), m_http(http),
      m_reporter(reporter),
      m_base(fmt::format(
          "{}://{}", is_this_machine(m_reference.registry) ? "http" : "https", m_reference.registry)) {
  if (m_credentials && !m_credentials->token.empty()) {
    m_token = m_credentials->token;
  }
}

std::string Registry::url(std::string_view path) const {
  return fmt::format("{}/v2/{}/{}", m_base, m_reference.name, path);
}

Result<HttpResponse> Registry::send(HttpRequest request) {
  if (is_this_machine(m_reference.registry)) {
    request.connection.reach = Reach::this_machine;
  }
  const auto attempt = [&]() {
    auto given = request;
    given.bearer_token = m_token;
    if (!m_token && !m_basic.empty()) {
      given.headers.emplace_back("Authorization", m_basic);
    }
    return m_http.send(given);
  };
  PYW_TRY_ASSIGN(auto response, attempt());
  if (response.status != 401) {
    return response;
  }
  PYW_TRY(authenticate(parse_challenge(response.header("WWW-Authenticate"))));
  return attempt();
}

Result<void> Registry::authenticate(const Challenge& challenge) {
  std::string basic;
  if (m_credentials && !m_credentials->user.empty()) {
    basic = "Basic " + to_base64(m_credentials->user + ":" + m_credentials->password.reveal());
  }
  if (challenge.scheme != "bearer") {
    m_basic = basic;
    return {};
  }
  const auto at = [&](const char* name) {
    const auto found = challenge.parameters.find(name);
    return found == challenge.parameters.end() ? "" : found->second;
  };
  const auto realm = at("realm");
  // A password goes over https, or to this machine.
  const auto host = realm.starts_with("http://") ? std::string_view(realm).substr(7) : std::string_view();
  if (!realm.starts_with("https://") && !is_this_machine(host)) {
    return failure(
        user_error(fmt::format("the registry asks for a token from `{}`, which is not https", realm)));
  }
  HttpRequest request;
  request.url = fmt::format("{}?service={}&scope={}",
                            realm,
                            percent_encoded(at("service")),
                            percent_encoded(fmt::format("repository:{}:pull,push", m_reference.name)));
  if (!basic.empty()) {
    request.headers.emplace_back("Authorization", basic);
  }
  if (is_this_machine(host)) {
    request.connection.reach = Reach::this_machine;
  }
  PYW_TRY_ASSIGN(const auto response, m_http.send(request));
  const auto json = nlohmann::json::parse(response.body, nullptr, false);
  if (response.status != 200 || !json.is_object()) {
    return failure(refused(response, "a token"));
  }
  const auto token = json.value("token", json.value("access_token", ""));
  m_token = token.empty() ? std::nullopt : std::optional(Secret(token));
  return {};
}

Result<std::string> Registry::location_of(const HttpResponse& response) const {
  const auto location = response.header("Location");
  if (location.empty()) {
    return failure(user_error("the registry does not say where an upload goes"));
  }
  if (location.starts_with('/')) {
    return m_base + location;
  }
  // Elsewhere it would get what is meant for the registry.
  if (!location.starts_with(m_base + "/")) {
    return failure(user_error(fmt::format("the registry sends uploads elsewhere: `{}`", location)));
  }
  return location;
}

Result<bool> Registry::has(const Blob& blob) {
  PYW_TRY_ASSIGN(const auto response, send({"HEAD", url("blobs/" + blob.digest)}));
  if (response.status == 200 || response.status == 404) {
    return response.status == 200;
  }
  return failure(refused(response, "to say what it has"));
}

/// Gives the location that the upload is ended at.
Result<std::string> Registry::send_pieces(const Blob& blob, std::string location) {
  std::size_t offset = 0;
  int failures = 0;
  while (offset < blob.content.size()) {
    const auto size = std::min(piece_bytes, blob.content.size() - offset);
    HttpRequest request{"PATCH", location};
    request.headers = {{"Content-Type", "application/octet-stream"},
                       {"Content-Range", fmt::format("{}-{}", offset, offset + size - 1)}};
    request.body = blob.content.substr(offset, size);
    const auto response = send(std::move(request));
    if (response && response->status == 202) {
      PYW_TRY_ASSIGN(location, location_of(*response));
      offset += size;
      continue;
    }
    const bool again = !response || response->status >= 500 || response->status == 429;
    if (!again || ++failures == most_attempts) {
      return failure(response ? refused(*response, "a layer") : response.error());
    }
    // How much of the piece has arrived: "0-LAST".
    const auto state = send({"GET", location});
    if (state && state->status == 204) {
      PYW_TRY_ASSIGN(location, location_of(*state));
      const auto range = state->header("Range");
      const auto dash = range.find('-');
      const auto last = dash == std::string::npos ? std::string() : range.substr(dash + 1);
      offset = consists_of(last, "0123456789") && last != "0" ? std::stoull(last) + 1 : 0;
    }
  }
  return location;
}

Result<void> Registry::upload(const Blob& blob) {
  PYW_TRY_ASSIGN(const auto begun, send({"POST", url("blobs/uploads/")}));
  if (begun.status != 202) {
    return failure(refused(begun, "an upload"));
  }
  PYW_TRY_ASSIGN(auto location, location_of(begun));
  const bool in_pieces = blob.content.size() > piece_bytes;
  if (in_pieces) {
    PYW_TRY_ASSIGN(location, send_pieces(blob, std::move(location)));
  }
  const auto separator = location.find('?') == std::string::npos ? '?' : '&';
  HttpRequest request{"PUT", fmt::format("{}{}digest={}", location, separator, percent_encoded(blob.digest))};
  request.headers = {{"Content-Type", "application/octet-stream"}};
  request.body = in_pieces ? "" : blob.content;
  PYW_TRY_ASSIGN(const auto ended, send(std::move(request)));
  return ended.status == 201 ? Result<void>{} : failure(refused(ended, "a layer"));
}

Result<PushReport> Registry::push(const Image& image) {
  PushReport report;
  auto blobs = std::vector<const Blob*>();
  for (const auto& layer : image.layers) {
    blobs.push_back(&layer);
  }
  blobs.push_back(&image.config);
  for (const auto* blob : blobs) {
    PYW_TRY_ASSIGN(const auto known, has(*blob));
    if (known) {
      ++report.known_blobs;
      continue;
    }
    m_reporter.verbose(fmt::format("sending {}, {}", blob->digest, human_size(blob->content.size())));
    PYW_TRY(upload(*blob));
    ++report.sent_blobs;
    report.sent_bytes += blob->content.size();
  }
  HttpRequest request{"PUT", url("manifests/" + m_reference.tag)};
  request.headers = {{"Content-Type", image.manifest.media_type}};
  request.body = image.manifest.content;
  PYW_TRY_ASSIGN(const auto response, send(std::move(request)));
  if (response.status != 201) {
    return failure(refused(response, "the image"));
  }
  report.digest = image.manifest.digest;
  return report;
}

} // namespace pyw::image
