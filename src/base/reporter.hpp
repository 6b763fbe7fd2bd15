// What people see. Libraries report to this interface; one class owns the terminal
// (base/terminal_reporter.hpp), tests collect (base/memory_reporter.hpp).
#pragma once

#include <base/error.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace pyw {

enum class ProgressUnit { items, bytes };

/// One thing that takes time. Destroying it ends it.
class Progress {
public:
  virtual ~Progress() = default;
  /// `total` 0 means unknown.
  virtual void update(std::uint64_t done, std::uint64_t total) = 0;
  /// Replaces the label, for phases ("resolving", "installing").
  virtual void label(std::string_view text) = 0;
};

class Reporter {
public:
  virtual ~Reporter() = default;

  /// To stdout, as it is: data that may be piped. The newline is the caller's.
  virtual void data(std::string_view text) = 0;
  /// A line for people, to stderr; silent with -q.
  virtual void message(std::string_view line) = 0;
  /// A finding, to stderr; with -q only errors.
  virtual void report(const Diagnostic& diagnostic) = 0;
  /// Only with -v.
  virtual void verbose(std::string_view line) = 0;
  /// Shows that something is under way: a bar or spinner on a terminal, one line elsewhere.
  [[nodiscard]] virtual std::unique_ptr<Progress> progress(std::string_view label, ProgressUnit unit) = 0;

  /// Whether colour is wanted on stderr.
  [[nodiscard]] virtual Color color() const = 0;
};

} // namespace pyw
