// The only holder of a file descriptor.
#pragma once

#include <utility>

namespace pyw {

class UniqueFd {
public:
  UniqueFd() = default;

  explicit UniqueFd(int descriptor) : m_descriptor(descriptor) {}

  UniqueFd(UniqueFd&& other) noexcept : m_descriptor(std::exchange(other.m_descriptor, -1)) {}

  UniqueFd& operator=(UniqueFd&& other) noexcept {
    if (this != &other) {
      reset();
      m_descriptor = std::exchange(other.m_descriptor, -1);
    }
    return *this;
  }

  UniqueFd(const UniqueFd&) = delete;
  UniqueFd& operator=(const UniqueFd&) = delete;

  ~UniqueFd() { reset(); }

  [[nodiscard]] int get() const { return m_descriptor; }

  [[nodiscard]] bool valid() const { return m_descriptor >= 0; }

  /// Gives the descriptor away; the caller closes it.
  [[nodiscard]] int release() { return std::exchange(m_descriptor, -1); }

  void reset();

private:
  int m_descriptor = -1;
};

} // namespace pyw
