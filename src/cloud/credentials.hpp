// Who we are to the deploy API, and which account is meant.
#pragma once

#include <base/environment.hpp>
#include <base/filesystem.hpp>
#include <base/result.hpp>
#include <base/secret.hpp>

#include <optional>
#include <string>
#include <variant>

namespace pyw::cloud {

struct ApiToken {
  Secret token;
};

struct GlobalKey {
  Secret key;
  std::string email;
};

enum class CredentialSource { environment, file };

struct Credentials {
  std::variant<ApiToken, GlobalKey> value;
  CredentialSource source = CredentialSource::environment;
};

/// CLOUDFLARE_API_TOKEN, else CLOUDFLARE_API_KEY with CLOUDFLARE_EMAIL (and their older CF_ names), else the
/// token that `pyw auth login` stored. nullopt when there is none; fails when the stored file cannot be read.
[[nodiscard]] Result<std::optional<Credentials>> find_credentials(const Environment& environment,
                                                                  const ReadOnlyFileSystem& files);

/// The same, but none is an error that says how to get some.
[[nodiscard]] Result<Credentials> require_credentials(const Environment& environment,
                                                      const ReadOnlyFileSystem& files);

/// Where `pyw auth login` keeps the token, readable by its owner only (0600).
[[nodiscard]] Path token_file(const Environment& environment);

/// The address of the API: CLOUDFLARE_API_BASE_URL, else the platform's own; without a trailing slash.
[[nodiscard]] std::string api_base_url(const Environment& environment);

} // namespace pyw::cloud
