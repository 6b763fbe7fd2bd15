#include <base/text.hpp>
#include <cloud/api_token.hpp>
#include <cloud/credentials.hpp>

#include <fmt/core.h>

namespace pyw::cloud {

namespace {

std::optional<std::string>
first_of(const Environment& environment, const char* name, const char* older_name) {
  auto value = environment.get_nonempty(name);
  return value ? value : environment.get_nonempty(older_name);
}

} // namespace

Result<Secret> checked_token(std::string_view token, std::string_view where) {
  for (const char c : token) {
    if (static_cast<unsigned char>(c) < 0x21 || static_cast<unsigned char>(c) > 0x7e) {
      return failure(user_error(fmt::format("the API token in {} has a character that no token has", where),
                                {"copy the token again, whole and without blanks"}));
    }
  }
  return Secret(std::string(token));
}

Path token_file(const Environment& environment) {
  return environment.config_directory() / "api-token";
}

std::string api_base_url(const Environment& environment) {
  auto url =
      environment.get_nonempty("CLOUDFLARE_API_BASE_URL").value_or("https://api.cloudflare.com/client/v4");
  while (url.ends_with('/')) {
    url.pop_back();
  }
  return url;
}

Result<std::optional<Credentials>> find_credentials(const Environment& environment,
                                                    const ReadOnlyFileSystem& files) {
  if (const auto token = first_of(environment, "CLOUDFLARE_API_TOKEN", "CF_API_TOKEN")) {
    PYW_TRY_ASSIGN(auto checked, checked_token(*token, "CLOUDFLARE_API_TOKEN"));
    return Credentials{ApiToken{std::move(checked)}, CredentialSource::environment};
  }
  const auto key = first_of(environment, "CLOUDFLARE_API_KEY", "CF_API_KEY");
  const auto email = first_of(environment, "CLOUDFLARE_EMAIL", "CF_EMAIL");
  if (key && email) {
    return Credentials{GlobalKey{Secret(*key), *email}, CredentialSource::environment};
  }
  PYW_TRY_ASSIGN(const auto stored, files.read_if_exists(token_file(environment)));
  if (stored && !trim(*stored).empty()) {
    PYW_TRY_ASSIGN(auto checked, checked_token(trim(*stored), token_file(environment).string()));
    return Credentials{ApiToken{std::move(checked)}, CredentialSource::file};
  }
  return std::nullopt;
}

Result<Credentials> require_credentials(const Environment& environment, const ReadOnlyFileSystem& files) {
  PYW_TRY_ASSIGN(auto found, find_credentials(environment, files));
  if (!found) {
    return failure(
        user_error("no Cloudflare API token is set",
                   {"set CLOUDFLARE_API_TOKEN, or store a token with `pyw auth login`",
                    "a token is made at https://dash.cloudflare.com/profile/api-tokens with the template "
                    "`Edit Cloudflare Workers`"}));
  }
  return std::move(*found);
}

} // namespace pyw::cloud
