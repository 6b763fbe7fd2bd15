#include <base/text.hpp>
#include <config/findings.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <tuple>

namespace pyw::config {

namespace {

// Longer lines are cut: a minified file is one line.
constexpr std::size_t longest_snippet = 160;

/// Control characters made visible: what a file holds must not steer the reader's terminal.
std::string printable(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    result += code >= 0x20 && code != 0x7F ? std::string(1, c)
              : c == '\n'                  ? "\\n"
                                           : fmt::format("\\x{:02x}", code);
  }
  return result;
}

/// The source line for the caret to stand under: as long as it was up to `column`, without control
/// characters.
std::string snippet_of(std::string_view line, const Place& place) {
  if (place.column > longest_snippet) {
    return {};
  }
  std::string snippet(line.substr(0, longest_snippet));
  while (snippet.size() < line.size() && !snippet.empty() &&
         (static_cast<unsigned char>(line[snippet.size()]) & 0xC0U) == 0x80U) {
    snippet.pop_back(); // not in the middle of a character
  }
  std::replace_if(
      snippet.begin(),
      snippet.end(),
      [](char c) { return c != '\t' && (static_cast<unsigned char>(c) < 0x20 || c == 0x7F); },
      ' ');
  return snippet;
}

} // namespace

Diagnostic diagnostic_at(std::span<const SourceFile> sources,
                         Severity severity,
                         std::string message,
                         const Place& place,
                         std::vector<std::string> hints) {
  Diagnostic diagnostic{severity, printable(message), {}, {}, 1, std::move(hints)};
  for (auto& hint : diagnostic.hints) {
    hint = printable(hint);
  }
  if (place.file < sources.size()) {
    const auto& source = sources[place.file];
    diagnostic.location = {source.display_path, place.line, place.column};
    diagnostic.snippet = snippet_of(line_of(source.text, place.line), place);
    diagnostic.length = std::min<std::size_t>(
        place.length, longest_snippet - std::min<std::size_t>(place.column, longest_snippet) + 1);
  }
  return diagnostic;
}

std::uint32_t Findings::add_source(SourceFile source) {
  m_sources.push_back(std::move(source));
  return static_cast<std::uint32_t>(m_sources.size() - 1);
}

void Findings::report(Severity severity,
                      std::string message,
                      const Place& place,
                      std::vector<std::string> hints) {
  m_error_count += severity == Severity::error ? 1 : 0;
  if (m_findings.size() >= limit) {
    ++m_left_out;
    return;
  }
  m_findings.push_back(
      {diagnostic_at(m_sources, severity, std::move(message), place, std::move(hints)), place});
}

std::vector<Diagnostic> Findings::take() {
  const auto order = [](const Finding& finding) {
    return std::tuple(
        finding.diagnostic.severity, finding.place.file, finding.place.line, finding.place.column);
  };
  std::stable_sort(m_findings.begin(), m_findings.end(), [&](const auto& one, const auto& other) {
    return order(one) < order(other);
  });
  std::vector<Diagnostic> diagnostics;
  diagnostics.reserve(m_findings.size() + 1);
  for (auto& finding : m_findings) {
    diagnostics.push_back(std::move(finding.diagnostic));
  }
  if (m_left_out > 0) {
    const auto severity = has_errors() ? Severity::error : Severity::warning;
    diagnostics.push_back(
        {severity, fmt::format("{} not shown", counted(m_left_out, "more finding is", "more findings are"))});
  }
  m_findings.clear();
  return diagnostics;
}

} // namespace pyw::config
