#include <base/fingerprint.hpp>
#include <base/hash.hpp>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace pyw {

struct Fingerprint::State {
  XXH3_state_t xxh3;
};

Fingerprint::Fingerprint() : m_state(std::make_unique<State>()) {
  XXH3_128bits_reset(&m_state->xxh3);
}

Fingerprint::Fingerprint(Fingerprint&&) noexcept = default;

Fingerprint::~Fingerprint() = default;

void Fingerprint::add(std::string_view bytes) {
  XXH3_128bits_update(&m_state->xxh3, bytes.data(), bytes.size());
}

std::string Fingerprint::value() const {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(&m_state->xxh3));
  return {std::begin(canonical.digest), std::end(canonical.digest)};
}

std::string fingerprint(const std::vector<std::string_view>& texts) {
  Fingerprint all;
  for (const auto text : texts) {
    all.add(std::to_string(text.size()) + "\n");
    all.add(text);
  }
  return to_hex(all.value());
}

} // namespace pyw
