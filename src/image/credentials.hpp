// Who pushes: from the environment, else from the file where `docker login` and `podman login` keep it.
#pragma once

#include <base/environment.hpp>
#include <base/filesystem.hpp>
#include <base/secret.hpp>

#include <optional>
#include <string>

namespace pyw::image {

struct Credentials {
  std::string user;
  Secret password;
  Secret token; ///< sent as it is, when there is one
};

/// PYW_REGISTRY_TOKEN, or PYW_REGISTRY_USER and PYW_REGISTRY_PASSWORD; else `auths` of config.json in
/// $DOCKER_CONFIG or ~/.docker, under the registry's own name. Helpers that the file names are not asked.
/// Fails when the file cannot be read as JSON.
[[nodiscard]] Result<std::optional<Credentials>> find_credentials(const std::string& registry,
                                                                  const Environment& environment,
                                                                  const ReadOnlyFileSystem& files);

/// RFC 4648; nullopt when it is none.
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);

} // namespace pyw::image
