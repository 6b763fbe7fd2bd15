#include <base/text.hpp>
#include <python/uv_complaint.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <optional>
#include <span>

namespace pyw::python {

namespace {

struct Sign {
  std::string_view text; ///< searched for, in lower case
  Trouble trouble;
};

// In order: a text can show several signs, and the first that fits is nearest to the cause.

/// When uv found no solution: it names packages, so only its own phrases count.
constexpr std::array<Sign, 8> solver_signs{{
    {"network was disabled", Trouble::not_cached},
    {"lack of valid authentication", Trouble::index_login},
    {"403 forbidden", Trouble::index_login},
    {"wheels are required for", Trouble::no_wheel},
    {"no usable wheels", Trouble::no_wheel},
    {"no wheels with a matching", Trouble::no_wheel},
    {"was not found in the package registry", Trouble::unknown_package},
    {"was not found in the provided package locations", Trouble::unknown_package},
}};

constexpr std::array<Sign, 38> other_signs{{
    {"no space left on device", Trouble::disk_full},
    {"disk quota exceeded", Trouble::disk_full},
    {"unexpected argument", Trouble::too_old},
    {"unrecognized subcommand", Trouble::too_old},
    {"unknown feature flag", Trouble::too_old},
    {"invalid value 'pylock'", Trouble::too_old},
    {"returned an invalid response", Trouble::refused_interpreter},
    {"querying python at", Trouble::refused_interpreter},
    {"failed to inspect python interpreter", Trouble::refused_interpreter},
    {"no interpreter found at path", Trouble::refused_interpreter},
    {"distribution not found at: file:", Trouble::missing_path},
    {"source distributions is disabled", Trouble::build_needed},
    {"has no binary distribution", Trouble::build_needed},
    {"git operation failed", Trouble::build_needed},
    {"failed to build", Trouble::build_failed},
    {"build backend", Trouble::build_failed},
    {"failed to parse: `", Trouble::bad_requirement},
    {"couldn't parse requirement", Trouble::bad_requirement},
    {"failed to parse: ", Trouble::bad_project},
    {"could not be found in `project", Trouble::not_a_dependency},
    {"proxy authorization required", Trouble::proxy_login},
    {"proxy authentication required", Trouble::proxy_login},
    {"tunnel error", Trouble::proxy},
    {"proxy", Trouble::proxy},
    {"invalid peer certificate", Trouble::certificate},
    {"unknownissuer", Trouble::certificate},
    {"certificate", Trouble::certificate},
    {"connectivity is disabled", Trouble::not_cached},
    {"401 unauthorized", Trouble::index_login},
    {"403 forbidden", Trouble::index_login},
    {"dns error", Trouble::unreachable},
    {"timed out", Trouble::unreachable},
    {"connection reset", Trouble::unreachable},
    {"client error (connect)", Trouble::unreachable},
    {"http status", Trouble::index_error},
    {"content-type", Trouble::index_error},
    {"permission denied", Trouble::not_writable},
    {"read-only file system", Trouble::not_writable},
}};

std::optional<Trouble> first_sign(std::span<const Sign> signs, std::string_view text) {
  for (const auto& sign : signs) {
    if (text.find(sign.text) != std::string_view::npos) {
      return sign.trouble;
    }
  }
  return std::nullopt;
}

bool starts_paragraph(std::string_view line, std::string_view prefix, std::string_view& rest) {
  const auto text = trim(line);
  if (!text.starts_with(prefix)) {
    return false;
  }
  rest = trim(text.substr(prefix.size()));
  return true;
}

/// The word that ends right before `position`.
std::string word_before(std::string_view text, std::size_t position) {
  const auto start = text.find_last_of(" \n", position - 1);
  return std::string(text.substr(start + 1, position - start - 1));
}

/// A name without its version: "numpy==1.10.3" -> "numpy".
std::string bare_name(std::string_view text) {
  text = trim(text);
  return std::string(text.substr(0, text.find_first_of("=<>![~@:, \t\r\n\v\f")));
}

std::string between(std::string_view text, std::string_view before, std::string_view after) {
  const auto start = text.find(before);
  if (start == std::string_view::npos) {
    return "";
  }
  const auto rest = text.substr(start + before.size());
  const auto end = rest.find(after);
  return end == std::string_view::npos ? "" : std::string(rest.substr(0, end));
}

std::string without_login(std::string_view url) {
  const auto scheme = url.find("://");
  const auto host = scheme == std::string_view::npos ? 0 : scheme + 3;
  const auto at = url.substr(host, url.find('/', host) - host).rfind('@');
  if (at == std::string_view::npos) {
    return std::string(url);
  }
  return std::string(url.substr(0, host)) + std::string(url.substr(host + at + 1));
}

} // namespace

UvComplaint parse_complaint(std::string_view standard_error) {
  UvComplaint complaint;
  std::string* current = nullptr;
  for (const auto line : split(standard_error, '\n')) {
    std::string_view rest;
    if (starts_paragraph(line, "error:", rest)) {
      current = complaint.headline.empty() ? &complaint.headline : &complaint.causes.emplace_back();
      *current = rest;
    } else if (starts_paragraph(line, "cause:", rest) || starts_paragraph(line, "Caused by:", rest)) {
      current = &complaint.causes.emplace_back(rest);
    } else if (starts_paragraph(line, "hint:", rest)) {
      current = &complaint.hints.emplace_back(rest);
    } else if (starts_paragraph(line, "warning:", rest)) {
      current = nullptr;
    } else if (current != nullptr && !trim(line).empty()) {
      *current += '\n';
      *current += line;
    }
  }
  if (complaint.headline.empty()) {
    complaint.headline = trim(standard_error);
  }
  return complaint;
}

std::string whole_text(const UvComplaint& complaint) {
  auto text = complaint.headline;
  for (const auto* parts : {&complaint.causes, &complaint.hints}) {
    for (const auto& part : *parts) {
      text += '\n';
      text += part;
    }
  }
  return text;
}

Trouble classify(const UvComplaint& complaint) {
  const auto text = to_lower(whole_text(complaint));
  if (text.find("no solution found") == std::string::npos) {
    if (const auto trouble = first_sign(other_signs, text)) {
      return *trouble;
    }
    // For other files uv says "Failed to parse: NAME".
    return text.find("toml parse error") != std::string::npos ? Trouble::bad_lock : Trouble::unknown;
  }
  if (const auto trouble = first_sign(solver_signs, text)) {
    return *trouble;
  }
  // A single "there is no version of X" and nothing that pulls the other way.
  const bool single = text.find("there is no version of") != std::string::npos &&
                      text.find("and because") == std::string::npos;
  return single ? Trouble::no_such_version : Trouble::conflict;
}

namespace {

/// How often `text` says of any versions of `package` that they have no usable wheels.
std::size_t times_without_wheels(std::string_view text, std::string_view package) {
  std::size_t times = 0;
  for (const std::string_view verb : {" has no usable wheels", " have no usable wheels"}) {
    for (auto at = text.find(verb); at != std::string_view::npos; at = text.find(verb, at + 1)) {
      times += bare_name(word_before(text, at)) == package ? 1 : 0;
    }
  }
  return times;
}

/// uv hints at every package of which some version lacks wheels, old versions of the user's own included; the
/// one that stands in the way is the one its reasoning comes back to.
std::string package_without_wheels(const UvComplaint& complaint) {
  const auto text = whole_text(complaint);
  std::string worst;
  std::size_t most = 0;
  for (const auto& hint : complaint.hints) {
    const auto name = bare_name(between(hint, "Wheels are required for `", "`"));
    const auto times = name.empty() ? 0 : times_without_wheels(text, name) + 1;
    if (times > most) {
      most = times;
      worst = name;
    }
  }
  return worst;
}

} // namespace

std::string blamed_package(const UvComplaint& complaint) {
  const auto text = whole_text(complaint);
  if (auto name = package_without_wheels(complaint); !name.empty()) {
    return name;
  }
  if (auto name = between(text, "there is no version of ", " "); !name.empty()) {
    return bare_name(name);
  }
  for (const auto* opening : {"Failed to build `", "Package `", "Failed to download and build `"}) {
    if (auto name = between(text, opening, "`"); !name.empty()) {
      return bare_name(name);
    }
  }
  for (const auto* verb : {" was not found in",
                           " has no usable wheels",
                           " have no usable wheels",
                           " has no wheels",
                           " have no wheels"}) {
    const auto position = text.find(verb);
    if (position != std::string::npos && position > 0) {
      return bare_name(word_before(text, position));
    }
  }
  return "";
}

std::string unbuilt_local_package(const UvComplaint& complaint) {
  const auto built = between(complaint.headline, "Failed to build `", "`");
  const bool refused = whole_text(complaint).find("Building source distributions for") != std::string::npos;
  return refused && built.find(" @ file://") != std::string::npos ? bare_name(built) : "";
}

std::string dependent_of(const UvComplaint& complaint, std::string_view package) {
  const auto text = whole_text(complaint);
  const auto phrase = fmt::format(" depends on {}", package);
  for (auto position = text.find(phrase); position != std::string::npos;
       position = text.find(phrase, position + 1)) {
    const auto end = position + phrase.size();
    const bool whole_name =
        end == text.size() || std::string_view(",.<>=!~ \n[").find(text[end]) != std::string_view::npos;
    if (whole_name && position > 0) {
      return bare_name(word_before(text, position));
    }
  }
  return "";
}

std::string failed_address(const UvComplaint& complaint) {
  const auto text = whole_text(complaint);
  const auto start = text.find("http");
  if (start == std::string::npos) {
    return "";
  }
  const auto url = text.substr(start, text.find_first_of(" \n`)>\"", start) - start);
  return without_login(url);
}

std::string trimmed_explanation(const UvComplaint& complaint, std::size_t most_lines) {
  std::vector<std::string> lines;
  for (const auto& cause : complaint.causes) {
    for (const auto line : split(cause, '\n')) {
      // uv indents by where "cause: " stood; what is left shows its nesting.
      constexpr std::size_t uv_indent = 9;
      const auto blanks = std::min(line.find_first_not_of(' '), uv_indent);
      lines.emplace_back(line.substr(std::min(blanks, line.size())));
    }
  }
  if (lines.size() > most_lines) {
    const auto left = lines.size() - most_lines;
    lines.resize(most_lines);
    lines.push_back(fmt::format("… and {} (`-v` shows them)", counted(left, "more line", "more lines")));
  }
  return join(lines, "\n");
}

} // namespace pyw::python
