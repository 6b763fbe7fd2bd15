#include <fmt/core.h>
#include <image/credentials.hpp>
#include <nlohmann/json.hpp>

namespace pyw::image {

std::optional<std::string> from_base64(std::string_view text) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  while (text.ends_with('=')) {
    text.remove_suffix(1);
  }
  std::string out;
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : text) {
    const auto value = digits.find(c);
    if (value == std::string_view::npos) {
      return std::nullopt;
    }
    bits = (bits << 6U) | static_cast<std::uint32_t>(value);
    count += 6;
    if (count >= 8) {
      count -= 8;
      out += static_cast<char>((bits >> count) & 0xffU);
    }
  }
  return out;
}

Result<std::optional<Credentials>> find_credentials(const std::string& registry,
                                                    const Environment& environment,
                                                    const ReadOnlyFileSystem& files) {
  if (const auto token = environment.get_nonempty("PYW_REGISTRY_TOKEN")) {
    return Credentials{"", Secret(), Secret(*token)};
  }
  const auto user = environment.get_nonempty("PYW_REGISTRY_USER");
  const auto password = environment.get_nonempty("PYW_REGISTRY_PASSWORD");
  if (user && password) {
    return Credentials{*user, Secret(*password), Secret()};
  }
  const auto folder = environment.get_nonempty("DOCKER_CONFIG");
  const auto file = (folder ? Path(*folder) : environment.home() / ".docker") / "config.json";
  PYW_TRY_ASSIGN(const auto text, files.read_if_exists(file));
  if (!text) {
    return std::nullopt;
  }
  const auto json = nlohmann::json::parse(*text, nullptr, false);
  if (!json.is_object()) {
    return failure(user_error(fmt::format("`{}` is no JSON", file.string())));
  }
  const auto auths = json.value("auths", nlohmann::json::object());
  const auto entry = auths.is_object() ? auths.value(registry, nlohmann::json()) : nlohmann::json();
  const auto auth = entry.is_object() ? entry.value("auth", nlohmann::json()) : nlohmann::json();
  const auto pair = auth.is_string() ? from_base64(auth.get<std::string>()) : std::nullopt;
  const auto colon = pair ? pair->find(':') : std::string::npos;
  if (colon == std::string::npos) {
    return std::nullopt;
  }
  return Credentials{pair->substr(0, colon), Secret(pair->substr(colon + 1)), Secret()};
}

} // namespace pyw::image
