// Errors as people and tools see them: diagnostics that point at a place and say what to do now.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace pyw {

enum class Severity { error, warning, note };

/// A place in a text file. Lines and columns count from 1, columns in bytes; 0 means unknown.
struct Location {
  std::string path;
  std::size_t line = 0;
  std::size_t column = 0;

  bool operator==(const Location&) const = default;
};

/// One finding. `snippet` is the whole source line at `location`; `length` is how many bytes of it the
/// caret underlines (0 and 1 both draw a single caret).
struct Diagnostic {
  Severity severity = Severity::error;
  std::string message;
  Location location = {};
  std::string snippet = {};
  std::size_t length = 1;
  std::vector<std::string> hints = {};

  bool operator==(const Diagnostic&) const = default;
};

/// Who has to act, which decides the exit code: `user` 1, `usage` and `internal` 2, `child` the child's own.
enum class ErrorKind { user, usage, internal, child };

struct Error {
  ErrorKind kind = ErrorKind::user;
  std::vector<Diagnostic> diagnostics;
  /// Only for ErrorKind::child: the code that pyw passes on.
  int child_exit_code = 0;
  /// Whether the same may well succeed a little later (the network, a busy server): worth a retry.
  bool transient = false;
  /// The disk, or what this user may have of it, is full.
  bool no_space = false;

  /// The first message, for tests and for wrapping; empty when there is none.
  [[nodiscard]] std::string_view message() const {
    return diagnostics.empty() ? std::string_view{} : std::string_view{diagnostics.front().message};
  }
};

/// An error the user can mend.
[[nodiscard]] Error user_error(std::string message, std::vector<std::string> hints = {});

/// A wrong command line.
[[nodiscard]] Error usage_error(std::string message, std::vector<std::string> hints = {});

/// A failure that is ours, or the system's and unexplained.
[[nodiscard]] Error internal_error(std::string message, std::vector<std::string> hints = {});

/// The failure of a system call: "what: strerror(code)", with a remedy as hint where one is known (disk
/// full, too many files or watches, permissions, port in use).
[[nodiscard]] Error system_error(std::string_view what, int error_code);

/// Puts `context` in front of the first message ("context: message") and returns the error.
[[nodiscard]] Error with_context(Error error, std::string_view context);

/// The process exit code that belongs to an error.
[[nodiscard]] int exit_code_of(const Error& error);

enum class Color { no, yes };

/// The text of one diagnostic, as many lines as it needs, ending in a newline:
///   path:line:col: error: message
///     source line
///        ^^^^
///   hint: what to do now
[[nodiscard]] std::string render(const Diagnostic& diagnostic, Color color = Color::no);

/// All diagnostics of an error, in order.
[[nodiscard]] std::string render(const Error& error, Color color = Color::no);

} // namespace pyw
