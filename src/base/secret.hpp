// A text that cannot be printed by accident: no conversion, no formatter, no stream operator.
#pragma once

#include <string>
#include <utility>

namespace pyw {

class Secret {
public:
  Secret() = default;

  explicit Secret(std::string value) : m_value(std::move(value)) {}

  /// The value itself. Every use of this name is a place to review.
  [[nodiscard]] const std::string& reveal() const { return m_value; }

  [[nodiscard]] bool empty() const { return m_value.empty(); }

  bool operator==(const Secret&) const = default;

private:
  std::string m_value;
};

} // namespace pyw
