// Collects what is wrong with a project's files, so that everything is told in one go.
#pragma once

#include <base/error.hpp>
#include <config/place.hpp>

#include <span>
#include <string>
#include <vector>

namespace pyw::config {

/// A finding that points at `place`, with the source line it stands in. An unknown place gives no location.
[[nodiscard]] Diagnostic diagnostic_at(std::span<const SourceFile> sources,
                                       Severity severity,
                                       std::string message,
                                       const Place& place,
                                       std::vector<std::string> hints = {});

class Findings {
public:
  /// More than these are not told: a file that is something else altogether would fill screens.
  static constexpr std::size_t limit = 50;

  /// Adds a file and returns its index for Place::file.
  std::uint32_t add_source(SourceFile source);

  [[nodiscard]] const std::vector<SourceFile>& sources() const { return m_sources; }

  [[nodiscard]] std::vector<SourceFile> take_sources() { return std::move(m_sources); }

  void
  report(Severity severity, std::string message, const Place& place, std::vector<std::string> hints = {});

  void error(std::string message, const Place& place, std::vector<std::string> hints = {}) {
    report(Severity::error, std::move(message), place, std::move(hints));
  }

  void warning(std::string message, const Place& place, std::vector<std::string> hints = {}) {
    report(Severity::warning, std::move(message), place, std::move(hints));
  }

  [[nodiscard]] bool has_errors() const { return m_error_count > 0; }

  [[nodiscard]] std::size_t error_count() const { return m_error_count; }

  /// Everything found: errors first, each kind in the order of files and lines, what has no place at the end.
  [[nodiscard]] std::vector<Diagnostic> take();

private:
  struct Finding {
    Diagnostic diagnostic;
    Place place;
  };

  std::vector<SourceFile> m_sources;
  std::vector<Finding> m_findings;
  std::size_t m_error_count = 0;
  std::size_t m_left_out = 0;
};

} // namespace pyw::config
