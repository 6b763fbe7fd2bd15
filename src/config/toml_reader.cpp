#include <base/text.hpp>
#include <config/readers.hpp>
#include <config/source_text.hpp>
#include <config/toml_keys.hpp>

#include <toml.hpp>

#include <algorithm>
#include <charconv>
#include <limits>
#include <sstream>

namespace pyw::config {

namespace {

using TomlValue = toml::value;

/// Turns toml11's tree into ours: with the keys' places, in the file's order, and with the checks that
/// toml11 3.7.1 leaves out (it takes integers of any size).
class TreeConverter {
public:
  /// `joined` is the text as toml11 saw it: with the source's offsets, but other lines.
  TreeConverter(std::string_view source, std::string_view joined, std::uint32_t file)
      : m_text(joined), m_lines(source, file) {}

  Value convert(const TomlValue& source, std::size_t depth) {
    const auto region = region_of(source);
    auto value = convert_content(source, region, depth);
    value.place = m_lines.place(region.offset, region.length);
    return value;
  }

private:
  struct Ordered {
    std::size_t offset;
    TableEntry entry;
  };

  /// value::location() would do, but counts the lines from the start of the file every time: 16 s for a file
  /// of 650 KB (measured). What it is made of knows its offset. toml11 stays at 3.7.1 here (Debian 12).
  [[nodiscard]] static Span region_of(const TomlValue& source) {
    const auto* region = dynamic_cast<const toml::detail::region*>(toml::detail::get_region(source));
    if (region == nullptr) {
      return {};
    }
    return {static_cast<std::size_t>(std::distance(region->begin(), region->first())), region->size()};
  }

  Value convert_content(const TomlValue& source, const Span& region, std::size_t depth) {
    switch (source.type()) {
    case toml::value_t::boolean:
      return Value(source.as_boolean());
    case toml::value_t::integer:
      return integer_of(source, region);
    case toml::value_t::floating:
      return Value(source.as_floating());
    case toml::value_t::string:
      return Value(source.as_string().str);
    case toml::value_t::array:
      return convert_array(source, depth);
    case toml::value_t::table:
      return convert_table(source, depth);
    case toml::value_t::empty:
      return Value();
    default: // the four kinds of dates and times
      return Value(std::string(m_text.substr(region.offset, region.length)), Value::Kind::date_time);
    }
  }

  Value convert_array(const TomlValue& source, std::size_t depth) {
    auto array = Value::make_array();
    for (const auto& item : source.as_array()) {
      array.items().push_back(convert(item, depth));
    }
    return array;
  }

  Value convert_table(const TomlValue& source, std::size_t depth) {
    std::vector<Ordered> ordered;
    for (const auto& [key, item] : source.as_table()) {
      const auto region = region_of(item);
      const auto place = key_place(key, item, region, depth + 1);
      ordered.push_back({region.offset, {key, place, convert(item, depth + 1)}});
    }
    // toml11 keeps tables in hash maps; the file's order is the order of the values' places.
    std::sort(ordered.begin(), ordered.end(), [](const auto& one, const auto& other) {
      return std::pair(one.offset, std::string_view(one.entry.key)) <
             std::pair(other.offset, std::string_view(other.entry.key));
    });
    auto table = Value::make_table();
    for (auto& [offset, entry] : ordered) {
      table.entries().push_back(std::move(entry));
    }
    return table;
  }

  /// Of the three ways to write a key: in a header, before the value, or as a part of a dotted key.
  [[nodiscard]] Place
  key_place(const std::string& key, const TomlValue& item, const Span& region, std::size_t depth) const {
    const char first = region.offset < m_text.size() ? m_text[region.offset] : '\0';
    if (first == '[' && starts_line(m_text, region.offset)) {
      const auto inside = m_text.find_first_not_of('[', region.offset);
      const auto parts = key_parts(m_text, std::min(inside, m_text.size()));
      return depth <= parts.size() ? place_of(parts[depth - 1]) : m_lines.place(region.offset, region.length);
    }
    if (item.is_table() && first != '{') {
      for (const auto& part : key_parts(m_text, region.offset)) {
        const auto text = m_text.substr(part.offset, part.length);
        if (text == key || (text.size() == key.size() + 2 && text.substr(1, key.size()) == key)) {
          return place_of(part);
        }
      }
    }
    const auto before = key_before(m_text, region.offset);
    return before.length > 0 ? place_of(before) : m_lines.place(region.offset, region.length);
  }

  [[nodiscard]] Place place_of(const Span& span) const { return m_lines.place(span.offset, span.length); }

  /// toml11 3.7.1 takes integers of any size and makes something of them; here they become infinite, which
  /// the checks then point at (config/checks.hpp).
  [[nodiscard]] Value integer_of(const TomlValue& source, const Span& region) const {
    auto digits = replace_all(std::string(m_text.substr(region.offset, region.length)), "_", "");
    digits.erase(0, digits.starts_with('+') ? 1 : 0);
    int base = 10;
    for (const auto& [prefix, radix] : {std::pair{"0x", 16}, {"0o", 8}, {"0b", 2}}) {
      if (digits.starts_with(prefix)) {
        digits.erase(0, 2);
        base = radix;
      }
    }
    std::int64_t value = 0;
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
    return parsed.ec == std::errc::result_out_of_range ? Value(std::numeric_limits<double>::infinity())
                                                       : Value(source.as_integer());
  }

  std::string_view m_text;
  LineIndex m_lines;
};

void report_syntax_error(std::string_view report,
                         std::string_view joined,
                         std::uint32_t file,
                         Findings& findings) {
  const auto problem = explain_toml_error(report, joined);
  findings.error(
      problem.message,
      LineIndex(findings.sources()[file].text, file).place(problem.span.offset, problem.span.length),
      problem.hint.empty() ? std::vector<std::string>{} : std::vector{problem.hint});
}

} // namespace

std::optional<Value> read_toml(std::uint32_t file, Findings& findings) {
  if (!check_source(file, SourceLanguage::toml, findings)) {
    return std::nullopt;
  }
  const std::string_view source = findings.sources()[file].text;
  const auto joined = join_inline_tables(source);
  try {
    std::istringstream stream(joined);
    const auto parsed = toml::parse(stream, "");
    return TreeConverter(source, joined, file).convert(parsed, 0);
  } catch (const toml::exception& problem) {
    report_syntax_error(problem.what(), joined, file, findings);
  } catch (const std::exception& problem) { // toml11 lets std::out_of_range and its like through
    findings.error(std::string("toml11 cannot read this file: ") + problem.what(), Place{file, 1, 1, 1});
  }
  return std::nullopt;
}

} // namespace pyw::config
