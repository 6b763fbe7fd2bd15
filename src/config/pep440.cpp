#include <base/text.hpp>
#include <config/pep440.hpp>

#include <algorithm>
#include <array>
#include <charconv>

namespace pyw::config {

namespace {

/// Takes text off the front.
class Reader {
public:
  explicit Reader(std::string_view text) : m_rest(text) {}

  bool take(std::string_view prefix) {
    if (!m_rest.starts_with(prefix)) {
      return false;
    }
    m_rest.remove_prefix(prefix.size());
    return true;
  }

  /// One of the separators that PEP 440 allows before a suffix.
  void take_separator() {
    if (!m_rest.empty() && (m_rest.front() == '.' || m_rest.front() == '-' || m_rest.front() == '_')) {
      m_rest.remove_prefix(1);
    }
  }

  std::optional<unsigned long> take_number() {
    unsigned long value = 0;
    const auto parsed = std::from_chars(m_rest.data(), m_rest.data() + m_rest.size(), value);
    if (parsed.ec != std::errc()) {
      return std::nullopt;
    }
    m_rest.remove_prefix(static_cast<std::size_t>(parsed.ptr - m_rest.data()));
    return value;
  }

  [[nodiscard]] std::string_view rest() const { return m_rest; }

private:
  std::string_view m_rest;
};

struct PreName {
  std::string_view name;
  int kind;
};

// Longer names first: "alpha" begins with "a".
constexpr std::array<PreName, 8> pre_names{
    {{"alpha", 0}, {"beta", 1}, {"preview", 2}, {"pre", 2}, {"rc", 2}, {"a", 0}, {"b", 1}, {"c", 2}}};

/// A suffix such as ".post1" or "-dev"; without a number it counts as 0.
std::optional<unsigned long> take_suffix(Reader& reader, std::string_view name) {
  auto attempt = reader;
  attempt.take_separator();
  if (!attempt.take(name)) {
    return std::nullopt;
  }
  attempt.take_separator();
  const auto number = attempt.take_number().value_or(0);
  reader = attempt;
  return number;
}

bool take_release(Reader& reader, PythonRelease& version) {
  auto number = reader.take_number();
  if (!number) {
    return false;
  }
  if (reader.take("!")) {
    version.epoch = *number;
    number = reader.take_number();
    if (!number) {
      return false;
    }
  }
  version.release.push_back(*number);
  for (auto attempt = reader; attempt.take(".");) {
    const auto next = attempt.take_number();
    if (!next) {
      break;
    }
    version.release.push_back(*next);
    reader = attempt;
  }
  return true;
}

} // namespace

std::optional<PythonRelease> parse_python_release(std::string_view text) {
  const auto lower = to_lower(trim(text));
  Reader reader(lower);
  reader.take("v");
  PythonRelease version;
  if (!take_release(reader, version)) {
    return std::nullopt;
  }
  for (const auto& pre : pre_names) {
    if (const auto number = take_suffix(reader, pre.name)) {
      version.pre_kind = pre.kind;
      version.pre_number = *number;
      break;
    }
  }
  version.post = take_suffix(reader, "post");
  version.dev = take_suffix(reader, "dev");
  const bool has_local = reader.take("+") && !reader.rest().empty();
  return reader.rest().empty() || has_local ? std::optional(std::move(version)) : std::nullopt;
}

namespace {

int sign(long long difference) {
  return difference < 0 ? -1 : difference > 0 ? 1 : 0;
}

int compare_numbers(unsigned long one, unsigned long other) {
  return one < other ? -1 : one > other ? 1 : 0;
}

int compare_release(const std::vector<unsigned long>& one,
                    const std::vector<unsigned long>& other,
                    std::size_t parts) {
  for (std::size_t i = 0; i < parts; ++i) {
    const auto left = i < one.size() ? one[i] : 0;
    const auto right = i < other.size() ? other[i] : 0;
    if (left != right) {
      return compare_numbers(left, right);
    }
  }
  return 0;
}

/// dev-only releases sort before pre-releases, those before the final one.
int stage(const PythonRelease& version) {
  return version.pre_kind == 3 && !version.post && version.dev ? -1 : version.pre_kind;
}

} // namespace

int compare(const PythonRelease& one, const PythonRelease& other) {
  if (one.epoch != other.epoch) {
    return compare_numbers(one.epoch, other.epoch);
  }
  const auto parts = std::max(one.release.size(), other.release.size());
  if (const int difference = compare_release(one.release, other.release, parts); difference != 0) {
    return difference;
  }
  if (stage(one) != stage(other)) {
    return sign(stage(one) - stage(other));
  }
  if (one.pre_number != other.pre_number) {
    return compare_numbers(one.pre_number, other.pre_number);
  }
  if (one.post != other.post) {
    return one.post < other.post ? -1 : 1; // nullopt sorts first
  }
  if (one.dev != other.dev) {
    return !one.dev ? 1 : !other.dev ? -1 : compare_numbers(*one.dev, *other.dev);
  }
  return 0;
}

namespace {

constexpr std::array<std::string_view, 8> operators{"===", "==", "!=", "<=", ">=", "~=", "<", ">"};

bool same_prefix(const PythonRelease& version, const PythonRelease& prefix) {
  return version.epoch == prefix.epoch &&
         compare_release(version.release, prefix.release, prefix.release.size()) == 0;
}

std::optional<bool>
admits_prefix(std::string_view sign_text, std::string_view prefix, const PythonRelease& version) {
  const auto wanted = parse_python_release(prefix);
  if (!wanted || (sign_text != "==" && sign_text != "!=")) {
    return std::nullopt;
  }
  return same_prefix(version, *wanted) == (sign_text == "==");
}

std::optional<bool> admits_compatible(PythonRelease wanted, const PythonRelease& version) {
  if (wanted.release.size() < 2) {
    return std::nullopt; // PEP 440: ~= needs at least two parts
  }
  const bool new_enough = compare(version, wanted) >= 0;
  wanted.release.pop_back();
  return new_enough && same_prefix(version, wanted);
}

std::optional<bool>
admits_one(std::string_view specifier, const PythonRelease& version, std::string_view version_text) {
  const auto found = std::find_if(
      operators.begin(), operators.end(), [&](auto sign_text) { return specifier.starts_with(sign_text); });
  if (found == operators.end()) {
    return std::nullopt;
  }
  const auto operand = trim(specifier.substr(found->size()));
  if (*found == "===") {
    return operand == version_text;
  }
  if (operand.ends_with(".*")) {
    return admits_prefix(*found, operand.substr(0, operand.size() - 2), version);
  }
  const auto wanted = parse_python_release(operand);
  if (!wanted) {
    return std::nullopt;
  }
  if (*found == "~=") {
    return admits_compatible(*wanted, version);
  }
  const int order = compare(version, *wanted);
  return *found == "=="   ? order == 0
         : *found == "!=" ? order != 0
         : *found == "<=" ? order <= 0
         : *found == ">=" ? order >= 0
         : *found == "<"  ? order < 0
                          : order > 0;
}

} // namespace

std::optional<bool> admits(std::string_view specifiers, std::string_view version_text) {
  const auto version = parse_python_release(version_text);
  if (!version) {
    return std::nullopt;
  }
  bool all = true;
  for (const auto part : split(specifiers, ',')) {
    const auto specifier = trim(part);
    if (specifier.empty()) {
      continue;
    }
    const auto one = admits_one(specifier, *version, version_text);
    if (!one) {
      return std::nullopt;
    }
    all = all && *one;
  }
  return all;
}

} // namespace pyw::config
