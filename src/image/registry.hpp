// The registry protocol (OCI distribution-spec 1.0.1): an image to a registry, what is there already not
// again.
#pragma once

#include <base/http.hpp>
#include <base/reporter.hpp>

#include <image/credentials.hpp>
#include <image/image.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace pyw::image {

/// REGISTRY/NAME[:TAG], "127.0.0.1:5000/team/shop:3".
struct Reference {
  std::string registry;
  std::string name;
  std::string tag = "latest";
};

/// Fails when a part of it is missing or has characters that it cannot have. There is no default registry.
[[nodiscard]] Result<Reference> parse_reference(std::string_view text);

/// What a registry wants (RFC 9110, 11.6.1): the scheme in lower case, and its parameters.
struct Challenge {
  std::string scheme;
  std::map<std::string, std::string> parameters;
};

[[nodiscard]] Challenge parse_challenge(std::string_view header);

struct PushReport {
  std::string digest; ///< of the manifest, by which the image is the same for ever
  std::size_t sent_blobs = 0;
  std::uint64_t sent_bytes = 0;
  std::size_t known_blobs = 0;
};

class Registry {
public:
  /// Plain HTTP is spoken to this machine only.
  Registry(Reference reference, std::optional<Credentials> credentials, HttpClient& http, Reporter& reporter);

  /// Layers, configuration, then the manifest under the tag: whoever pulls meanwhile gets the old image or
  /// the new. Large layers go in pieces, and go on after a cut connection. Fails with the registry's words.
  [[nodiscard]] Result<PushReport> push(const Image& image);

private:
  [[nodiscard]] Result<HttpResponse> send(HttpRequest request);
  [[nodiscard]] Result<void> authenticate(const Challenge& challenge);
  [[nodiscard]] Result<bool> has(const Blob& blob);
  [[nodiscard]] Result<void> upload(const Blob& blob);
  [[nodiscard]] Result<std::string> send_pieces(const Blob& blob, std::string location);
  [[nodiscard]] std::string url(std::string_view path) const;
  [[nodiscard]] Result<std::string> location_of(const HttpResponse& response) const;

  Reference m_reference;
  std::optional<Credentials> m_credentials;
  HttpClient& m_http;
  Reporter& m_reporter;
  std::string m_base;
  std::string m_basic;           ///< the header's value
  std::optional<Secret> m_token; ///< for this name
};

} // namespace pyw::image
