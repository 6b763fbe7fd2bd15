#include <devserver/http2_messages.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace pyw::devserver {

namespace {

/// RFC 9110, 5.6.2.
bool is_token(std::string_view text) {
  static constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           marks.find(c) != std::string_view::npos;
  });
}

/// Visible bytes only: what stands in the first line and in Host.
bool is_one_word(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte > 0x20 && byte != 0x7F;
  });
}

bool is_value(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

/// RFC 9113, 8.2.2, and what is said of this connection only.
bool is_of_the_connection(std::string_view name) {
  constexpr std::array names{std::string_view{"connection"},
                             std::string_view{"keep-alive"},
                             std::string_view{"proxy-connection"},
                             std::string_view{"transfer-encoding"},
                             std::string_view{"upgrade"},
                             std::string_view{"te"},
                             std::string_view{"http2-settings"}};
  return std::ranges::find(names, name) != names.end();
}

struct PseudoFields {
  std::string_view method;
  std::string_view path;
  std::string_view scheme;
  std::string_view authority;

  /// False when it has come already, or is none.
  bool take(std::string_view name, std::string_view value) {
    auto* const slot = name == ":method"      ? &method
                       : name == ":path"      ? &path
                       : name == ":scheme"    ? &scheme
                       : name == ":authority" ? &authority
                                              : nullptr;
    if (slot == nullptr || !slot->empty()) {
      return false;
    }
    *slot = value;
    return true;
  }

  [[nodiscard]] bool make_a_request() const {
    const bool path_fits = path.starts_with('/') || (path == "*" && method == "OPTIONS");
    return is_token(method) && method != "CONNECT" && path_fits && is_one_word(path) && !scheme.empty() &&
           (authority.empty() || is_one_word(authority));
  }
};

} // namespace

std::optional<Http1Head> http1_head(const HeaderFields& fields, HasBody has_body) {
  PseudoFields pseudo;
  std::string host;
  std::string cookies;
  std::string rest;
  bool has_length = false;
  for (const auto& [name, value] : fields) {
    if (name.starts_with(':')) {
      if (!pseudo.take(name, value)) {
        return std::nullopt;
      }
      continue;
    }
    if (!is_token(name) || !is_value(value)) {
      return std::nullopt;
    }
    if (is_of_the_connection(name)) {
      continue;
    }
    if (name == "cookie") { // one field a cookie is allowed (RFC 9113, 8.2.3)
      cookies += (cookies.empty() ? "" : "; ") + value;
      continue;
    }
    if (name == "host") {
      if (!host.empty() || !is_one_word(value)) {
        return std::nullopt;
      }
      host = value;
      continue;
    }
    if (name == "content-length") {
      if (has_length || value.empty() || value.find_first_not_of("0123456789") != std::string::npos) {
        return std::nullopt;
      }
      has_length = true;
    }
    rest += fmt::format("{}: {}\r\n", name, value);
  }
  if (!pseudo.make_a_request()) {
    return std::nullopt;
  }
  Http1Head head;
  head.to_head = pseudo.method == "HEAD";
  head.chunked = has_body == HasBody::yes && !has_length;
  head.bytes = fmt::format("{} {} HTTP/1.1\r\n", pseudo.method, pseudo.path);
  if (const auto named = pseudo.authority.empty() ? std::string_view(host) : pseudo.authority;
      !named.empty()) {
    head.bytes += fmt::format("host: {}\r\n", named);
  }
  head.bytes += rest;
  if (!cookies.empty()) {
    head.bytes += fmt::format("cookie: {}\r\n", cookies);
  }
  if (head.chunked) {
    head.bytes += "transfer-encoding: chunked\r\n";
  }
  head.bytes += "\r\n";
  return head;
}

std::string chunk_of(std::string_view piece) {
  return fmt::format("{:x}\r\n{}\r\n", piece.size(), piece);
}

HeaderFields http2_fields(const HeaderFields& http1) {
  HeaderFields fields;
  for (const auto& [name, value] : http1) {
    std::string lower = name;
    std::ranges::transform(
        lower, lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    if (!is_of_the_connection(lower)) {
      fields.emplace_back(std::move(lower), value);
    }
  }
  return fields;
}

} // namespace pyw::devserver
