#include <base/error.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace pyw {

namespace {

Error make_error(ErrorKind kind, std::string message, std::vector<std::string> hints) {
  Diagnostic diagnostic;
  diagnostic.message = std::move(message);
  diagnostic.hints = std::move(hints);
  return Error{kind, {std::move(diagnostic)}};
}

std::vector<std::string> remedy_for(int error_code) {
  switch (error_code) {
  case ENOSPC:
    return {"free some disk space; if the disk is not full, the limit on inotify watches may be reached: "
            "raise the sysctl `fs.inotify.max_user_watches`"};
  case EDQUOT:
    return {"the disk quota is used up: free some space"};
  case EMFILE:
    return {"this process has too many open files: raise the limit with `ulimit -n`"};
  case EACCES:
  case EPERM:
    return {"check the owner and the permissions of the path"};
  case EROFS:
    return {"the file system is read-only"};
  default:
    return {};
  }
}

struct Palette {
  std::string_view severity, bold, hint, reset;
};

Palette palette_for(Severity severity, Color color) {
  if (color == Color::no) {
    return {"", "", "", ""};
  }
  switch (severity) {
  case Severity::error:
    return {"\x1b[1;31m", "\x1b[1m", "\x1b[36m", "\x1b[0m"};
  case Severity::warning:
    return {"\x1b[1;33m", "\x1b[1m", "\x1b[36m", "\x1b[0m"};
  case Severity::note:
    break;
  }
  return {"\x1b[1;34m", "\x1b[1m", "\x1b[36m", "\x1b[0m"};
}

std::string_view name_of(Severity severity) {
  switch (severity) {
  case Severity::error:
    return "error";
  case Severity::warning:
    return "warning";
  case Severity::note:
    break;
  }
  return "note";
}

/// Blanks of the same width as the text before the caret; tabs stay tabs so that the caret lines up.
std::string caret_indent(std::string_view snippet, std::size_t column) {
  std::string indent;
  for (std::size_t i = 0; i + 1 < column && i < snippet.size(); ++i) {
    const auto byte = static_cast<unsigned char>(snippet[i]);
    if (byte == '\t') {
      indent += '\t';
    } else if ((byte & 0xC0U) != 0x80U) { // not a UTF-8 continuation byte
      indent += ' ';
    }
  }
  return indent;
}

} // namespace

Error user_error(std::string message, std::vector<std::string> hints) {
  return make_error(ErrorKind::user, std::move(message), std::move(hints));
}

Error usage_error(std::string message, std::vector<std::string> hints) {
  return make_error(ErrorKind::usage, std::move(message), std::move(hints));
}

Error internal_error(std::string message, std::vector<std::string> hints) {
  return make_error(ErrorKind::internal, std::move(message), std::move(hints));
}

Error system_error(std::string_view what, int error_code) {
  auto error = make_error(
      ErrorKind::user, fmt::format("{}: {}", what, std::strerror(error_code)), remedy_for(error_code));
  error.no_space = error_code == ENOSPC || error_code == EDQUOT || error_code == EFBIG;
  return error;
}

Error with_context(Error error, std::string_view context) {
  if (!error.diagnostics.empty()) {
    auto& message = error.diagnostics.front().message;
    message = fmt::format("{}: {}", context, message);
  }
  return error;
}

int exit_code_of(const Error& error) {
  switch (error.kind) {
  case ErrorKind::user:
    return 1;
  case ErrorKind::usage:
  case ErrorKind::internal:
    return 2;
  case ErrorKind::child:
    break;
  }
  return error.child_exit_code;
}

std::string render(const Diagnostic& diagnostic, Color color) {
  const auto paint = palette_for(diagnostic.severity, color);
  std::string text;
  const auto& location = diagnostic.location;
  if (!location.path.empty()) {
    text += paint.bold;
    text += location.path;
    if (location.line > 0) {
      text += fmt::format(":{}", location.line);
      if (location.column > 0) {
        text += fmt::format(":{}", location.column);
      }
    }
    text += fmt::format(":{} ", paint.reset);
  }
  text += fmt::format(
      "{}{}:{} {}\n", paint.severity, name_of(diagnostic.severity), paint.reset, diagnostic.message);
  if (!diagnostic.snippet.empty() && location.column > 0) {
    const std::string marks(std::max<std::size_t>(1, diagnostic.length), '^');
    text += fmt::format("  {}\n  {}{}{}{}\n",
                        diagnostic.snippet,
                        caret_indent(diagnostic.snippet, location.column),
                        paint.severity,
                        marks,
                        paint.reset);
  }
  text += diagnostic.hints.empty() ? "" : "\n";
  for (const auto& hint : diagnostic.hints) {
    text += fmt::format("{}hint:{} {}\n", paint.hint, paint.reset, hint);
  }
  return text;
}

std::string render(const Error& error, Color color) {
  std::string text;
  for (const auto& diagnostic : error.diagnostics) {
    text += render(diagnostic, color);
  }
  return text;
}

} // namespace pyw
