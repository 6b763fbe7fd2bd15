// A shared library that is loaded when it is first needed: linking libcurl and libgit2 costs every start of
// pyw 4 ms of dynamic linking (measured 2026-11-21: 6.8 ms with them, 2.9 ms without).
#pragma once

#include <base/result.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace pyw {

class LazyLibrary {
public:
  /// Loads the first of `names` that the system has ("libcurl.so.4"). It stays loaded until the process ends.
  /// Fails with a hint that names `package`.
  [[nodiscard]] static Result<LazyLibrary> open(const std::vector<std::string>& names,
                                                std::string_view package);

  /// Sets `function` to the symbol. Fails when the library does not have it.
  template <typename Function>
  [[nodiscard]] Result<void> bind(Function*& function, const char* name) const {
    PYW_TRY_ASSIGN(auto* symbol, find(name));
    function = reinterpret_cast<Function*>(symbol); // NOLINT: dlsym(3) demands it
    return {};
  }

private:
  explicit LazyLibrary(void* handle) : m_handle(handle) {}

  [[nodiscard]] Result<void*> find(const char* name) const;

  void* m_handle;
};

} // namespace pyw
