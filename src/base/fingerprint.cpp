#include <base/fingerprint.hpp>
#include <base/hash.hpp>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace pyw {

std::string fingerprint(const std::vector<std::string_view>& texts) {
  XXH3_state_t state;
  XXH3_128bits_reset(&state);
  for (const auto text : texts) {
    const auto size = std::to_string(text.size()) + "\n";
    XXH3_128bits_update(&state, size.data(), size.size());
    XXH3_128bits_update(&state, text.data(), text.size());
  }
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(&state));
  std::string digest;
  for (const auto byte : canonical.digest) {
    digest += static_cast<char>(byte);
  }
  return to_hex(digest);
}

} // namespace pyw
