#include <base/suggest.hpp>
#include <base/text.hpp>
#include <config/validate.hpp>

#include <fmt/core.h>

#include <algorithm>

namespace pyw::config {

namespace {

/// Where the walk is; written out only when there is something to say.
struct Step {
  const Step* parent = nullptr;
  std::string_view key = {};
  std::size_t index = 0;
};

std::string path_of(const Step& step) {
  if (step.parent == nullptr) {
    return std::string(step.key);
  }
  auto path = path_of(*step.parent);
  if (step.key.empty()) {
    return path + fmt::format("[{}]", step.index);
  }
  return path.empty() ? std::string(step.key) : path + "." + std::string(step.key);
}

std::string list_choices(std::span<const std::string_view> choices) {
  std::string text;
  for (std::size_t i = 0; i < choices.size(); ++i) {
    text += i == 0 ? "" : i + 1 == choices.size() ? " or " : ", ";
    text += fmt::format("`{}`", choices[i]);
  }
  return text;
}

bool has_type(const Value& value, const Shape& shape) {
  using Kind = Value::Kind;
  switch (shape.type) {
  case Shape::Type::anything:
    return true;
  case Shape::Type::boolean:
    return value.is(Kind::boolean);
  case Shape::Type::number:
    return value.is_number();
  case Shape::Type::integer:
    return value.is(Kind::integer);
  case Shape::Type::text:
    return value.is(Kind::string);
  case Shape::Type::list:
    return value.is(Kind::array);
  case Shape::Type::table:
  case Shape::Type::map:
    return value.is(Kind::table);
  case Shape::Type::either:
    return std::any_of(shape.alternatives.begin(), shape.alternatives.end(), [&](const auto* alternative) {
      return has_type(value, *alternative);
    });
  }
  return false;
}

/// What to write instead of a value of the wrong type; empty when there is nothing to say.
std::string type_hint(const Value& value, const Shape& shape, std::string_view key) {
  using Kind = Value::Kind;
  using Type = Shape::Type;
  if (value.is(Kind::null)) {
    return "leave the key out when there is nothing to say";
  }
  if (shape.type == Type::boolean && (value.is(Kind::string) || value.is_number())) {
    return "write true or false, without quotes";
  }
  if ((shape.type == Type::number || shape.type == Type::integer) && value.is(Kind::string)) {
    return "write the number without quotes";
  }
  if (shape.type == Type::text &&
      (value.is_number() || value.is(Kind::boolean) || value.is(Kind::date_time))) {
    return "put it in quotes";
  }
  const bool of_tables = shape.type == Type::list && shape.item->type == Type::table;
  if (of_tables && value.is(Kind::table)) {
    return fmt::format("an entry of the array is written `[[{}]]` in TOML, `[{{…}}]` in JSON", key);
  }
  if (shape.type == Type::list && value.is(Kind::string)) {
    return fmt::format("put it in brackets: `[\"{}\"]`", value.text());
  }
  if ((shape.type == Type::table) && value.is(Kind::array)) {
    return fmt::format("write `[{}]` in TOML, `{{…}}` in JSON", key);
  }
  return "";
}

class Validator {
public:
  Validator(Strictness strictness, Findings& findings) : m_strictness(strictness), m_findings(findings) {}

  void check_configuration(const Value& table, const std::string& prefix) {
    const Step root{nullptr, prefix};
    const bool in_environment = !prefix.empty();
    for (const auto& entry : table.entries()) {
      const Step step{&root, entry.key};
      const auto* key = find_top_level_key(entry.key);
      if (key == nullptr) {
        report_unknown(entry, step, top_level_keys());
      } else if (in_environment && key->inheritance == Inheritance::top_level_only) {
        m_findings.warning(fmt::format("`{}` has no effect in an environment", path_of(step)),
                           entry.key_place,
                           {fmt::format("`{}` is set once, at the top level", entry.key)});
      } else if (entry.key != "env") {
        check(entry.value, *key->shape, step);
      } else if (!entry.value.is(Value::Kind::table)) {
        report_type(entry.value, *key->shape, step);
      }
    }
  }

private:
  void check(const Value& value, const Shape& shape, const Step& step) {
    if (!has_type(value, shape)) {
      report_type(value, shape, step);
      return;
    }
    switch (shape.type) {
    case Shape::Type::text:
      check_choice(value, shape, step);
      break;
    case Shape::Type::number:
    case Shape::Type::integer:
      check_range(value, shape, step);
      break;
    case Shape::Type::list:
      for (std::size_t i = 0; i < value.items().size(); ++i) {
        check(value.items()[i], *shape.item, Step{&step, {}, i});
      }
      break;
    case Shape::Type::map:
      for (const auto& entry : value.entries()) {
        check(entry.value, *shape.item, Step{&step, entry.key});
      }
      break;
    case Shape::Type::table:
      check_table(value, shape, step);
      break;
    case Shape::Type::either:
      check_alternative(value, shape, step);
      break;
    case Shape::Type::anything:
    case Shape::Type::boolean:
      break;
    }
    run_check(value, shape, step);
  }

  void check_alternative(const Value& value, const Shape& shape, const Step& step) {
    for (const auto* alternative : shape.alternatives) {
      if (has_type(value, *alternative)) {
        check(value, *alternative, step);
        return;
      }
    }
  }

  void check_table(const Value& value, const Shape& shape, const Step& step) {
    for (const auto& entry : value.entries()) {
      const auto key = std::find_if(
          shape.keys.begin(), shape.keys.end(), [&](const auto& known) { return known.name == entry.key; });
      if (key != shape.keys.end()) {
        check(entry.value, *key->shape, Step{&step, entry.key});
      } else if (!shape.open) {
        report_unknown(entry, Step{&step, entry.key}, shape.keys);
      }
    }
    for (const auto& key : shape.keys) {
      if (key.presence == Presence::required && value.find(key.name) == nullptr) {
        report(fmt::format("`{}` needs the key `{}`", path_of(step), key.name),
               value.place,
               fmt::format("`{}`: {}", key.name, key.doc));
      }
    }
  }

  void check_choice(const Value& value, const Shape& shape, const Step& step) {
    if (shape.choices.empty() ||
        std::find(shape.choices.begin(), shape.choices.end(), value.text()) != shape.choices.end()) {
      return;
    }
    const std::vector<std::string> known(shape.choices.begin(), shape.choices.end());
    const auto near = nearest(value.text(), known);
    report(fmt::format("`{}` must be {}, not `{}`", path_of(step), list_choices(shape.choices), value.text()),
           value.place,
           near ? fmt::format("did you mean `{}`?", *near) : "");
  }

  void check_range(const Value& value, const Shape& shape, const Step& step) {
    if (value.number() < shape.least || (shape.most && value.number() > *shape.most)) {
      const auto range = shape.most ? fmt::format("from {} to {}", shape.least, *shape.most)
                                    : fmt::format("{} or more", shape.least);
      report(
          fmt::format("`{}` must be {}, not {}", path_of(step), range, to_json_text(value)), value.place, "");
    }
  }

  void run_check(const Value& value, const Shape& shape, const Step& step) {
    if (shape.check == nullptr) {
      return;
    }
    if (auto complaint = shape.check(value)) {
      report(fmt::format("`{}` {}", path_of(step), complaint->message),
             value.place,
             std::move(complaint->hint),
             complaint->severity);
    }
  }

  void report_type(const Value& value, const Shape& shape, const Step& step) {
    report(fmt::format("`{}` must be {}, not {}", path_of(step), shape.wanted, article_of(value)),
           value.place,
           type_hint(value, shape, step.key.empty() && step.parent != nullptr ? step.parent->key : step.key));
  }

  void report_unknown(const TableEntry& entry, const Step& step, std::span<const Key> known) {
    std::vector<std::string> names;
    for (const auto& key : known) {
      names.emplace_back(key.name);
    }
    std::vector<std::string> hints;
    // One or two letters are near to too much.
    if (const auto near = entry.key.size() < 2 ? std::nullopt : nearest(entry.key, names)) {
      hints.push_back(fmt::format("did you mean `{}`?", *near));
    } else if (step.parent->parent != nullptr && find_top_level_key(entry.key) != nullptr) {
      hints.push_back(fmt::format(
          "`{}` is a key of the top level; in TOML it stands above the first `[table]`", entry.key));
    } else if (const auto section = section_with(entry.key);
               step.parent->parent == nullptr && !section.empty()) {
      hints.push_back(fmt::format("did you mean `{}.{}`?", section, entry.key));
    }
    m_findings.warning(fmt::format("unknown key `{}`", path_of(step)), entry.key_place, std::move(hints));
  }

  /// The section of the top level that has a key of this name; empty when there is none or several.
  static std::string section_with(std::string_view name) {
    std::string section;
    for (const auto& key : top_level_keys()) {
      const auto& inner = key.shape->keys;
      if (std::any_of(
              inner.begin(), inner.end(), [&](const auto& candidate) { return candidate.name == name; })) {
        if (!section.empty()) {
          return "";
        }
        section = key.name;
      }
    }
    return section;
  }

  void
  report(std::string message, const Place& place, std::string hint, Severity severity = Severity::error) {
    const auto counted = m_strictness == Strictness::warnings ? Severity::warning : severity;
    m_findings.report(counted,
                      std::move(message),
                      place,
                      hint.empty() ? std::vector<std::string>{} : std::vector{std::move(hint)});
  }

  Strictness m_strictness;
  Findings& m_findings;
};

} // namespace

std::string_view article_of(const Value& value) {
  return describe(value.kind());
}

void validate_configuration(const Value& table,
                            const std::string& prefix,
                            Strictness strictness,
                            Findings& findings) {
  Validator(strictness, findings).check_configuration(table, prefix);
}

} // namespace pyw::config
