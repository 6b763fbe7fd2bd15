// Runs a function at the end of the scope.
#pragma once

#include <utility>

namespace pyw {

template <typename Function>
class Defer {
public:
  explicit Defer(Function function) : m_function(std::move(function)) {}

  Defer(const Defer&) = delete;
  Defer& operator=(const Defer&) = delete;

  ~Defer() {
    if (m_armed) {
      m_function();
    }
  }

  /// The function will not run.
  void dismiss() { m_armed = false; }

private:
  Function m_function;
  bool m_armed = true;
};

} // namespace pyw
