// Result<T>: a value, or an Error that already says what the user should do. Absence is not failure:
// return Result<std::optional<T>> where "not there" is an ordinary answer.
#pragma once

#include <base/error.hpp>

#include <tl/expected.hpp>

#include <utility>

namespace pyw {

template <typename T>
using Result = tl::expected<T, Error>;

/// What `return` takes to fail: `return failure(user_error("…"));`
[[nodiscard]] inline tl::unexpected<Error> failure(Error error) {
  return tl::unexpected<Error>(std::move(error));
}

} // namespace pyw

#define PYW_CONCAT_INNER(a, b) a##b
#define PYW_CONCAT(a, b) PYW_CONCAT_INNER(a, b)

/// Leaves the function with the error when `expression`, a Result<void> or a Result whose value is not
/// wanted, failed.
#define PYW_TRY(expression)                                                                                  \
  do {                                                                                                       \
    auto pyw_try_result = (expression);                                                                      \
    if (!pyw_try_result) {                                                                                   \
      return ::tl::unexpected<::pyw::Error>(std::move(pyw_try_result.error()));                              \
    }                                                                                                        \
  } while (false)

/// PYW_TRY_ASSIGN(auto text, files.read(path)): declares `text`, or leaves with the error.
#define PYW_TRY_ASSIGN(declaration, expression)                                                              \
  PYW_TRY_ASSIGN_INNER(declaration, expression, PYW_CONCAT(pyw_try_value_, __LINE__))
#define PYW_TRY_ASSIGN_INNER(declaration, expression, temporary)                                             \
  auto temporary = (expression);                                                                             \
  if (!temporary) {                                                                                          \
    return ::tl::unexpected<::pyw::Error>(std::move(temporary.error()));                                     \
  }                                                                                                          \
  declaration = std::move(*temporary)
