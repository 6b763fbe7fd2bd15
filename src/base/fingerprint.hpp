// Whether something has changed: quick to find out, and no protection against somebody who wants to deceive.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace pyw {

/// XXH3 of 128 bits (github.com/Cyan4973/xxHash, doc/xxhash_spec.md), over bytes that come in pieces.
class Fingerprint {
public:
  Fingerprint();
  Fingerprint(Fingerprint&&) noexcept;
  ~Fingerprint();

  void add(std::string_view bytes);

  /// Of all bytes until now: 16 bytes, in the canonical order.
  [[nodiscard]] std::string value() const;

private:
  struct State;
  std::unique_ptr<State> m_state;
};

/// In lower-case hexadecimal, over the texts and where each of them ends. Unlike Hasher it does not need
/// OpenSSL, which takes 1.3 ms to be ready.
[[nodiscard]] std::string fingerprint(const std::vector<std::string_view>& texts);

} // namespace pyw
