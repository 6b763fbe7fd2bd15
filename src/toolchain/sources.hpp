// The addresses that a pinned archive is fetched from.
#pragma once

#include <base/world.hpp>
#include <toolchain/manifest.hpp>
#include <toolchain/registry_settings.hpp>

namespace pyw::toolchain {

/// The request for a part's archive. For npm the address that registries use,
/// REGISTRY/NAME/-/BASE-VERSION.tgz, without asking; for a wheel what the index's page links to (PEP 691,
/// else PEP 503), which costs a request. Fails when the index cannot be reached or does not list the wheel.
[[nodiscard]] Result<HttpRequest>
archive_request(const Pin& pin, const RegistrySettings& settings, World& world);

/// What the registry's own description of the package says about its archive's address (`dist.tarball`): for
/// registries that keep it elsewhere. nullopt when it says the usual thing, or cannot be asked.
[[nodiscard]] std::optional<HttpRequest>
described_archive_request(const Pin& pin, const RegistrySettings& settings, World& world);

/// The link to `file` on the page of a Python index, JSON (PEP 691) or HTML (PEP 503); nullopt when it has
/// none.
[[nodiscard]] std::optional<std::string>
find_wheel_link(std::string_view page, std::string_view page_url, std::string_view file);

} // namespace pyw::toolchain
