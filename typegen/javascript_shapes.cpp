#include <typegen/cst.hpp>
#include <typegen/javascript_shapes.hpp>
#include <typegen/python_text.hpp>

#include <algorithm>
#include <set>

namespace pyw::typegen {

namespace {

using Keys = std::vector<ObjectKey>;

/// `"a" | "b"`, as the second argument of Pick and Omit.
std::set<std::string, std::less<>> literals_in(std::string_view text) {
  std::set<std::string, std::less<>> names;
  for (const auto arm : split_outside(text, '|')) {
    if (arm.size() > 1) {
      names.emplace(arm.substr(1, arm.size() - 2));
    }
  }
  return names;
}

class KeyReader {
public:
  explicit KeyReader(const DeclaredTypes& types) : m_types(types) {}

  /// Adds the keys that `text` has to `keys`; false when it is no such data.
  bool read(std::string_view text, Keys& keys) {
    constexpr int deepest = 8;
    constexpr std::size_t longest = 20'000;
    constexpr int most = 200; // names that stand for many names
    if (m_depth >= deepest || text.size() > longest || ++m_work > most) {
      return false;
    }
    ++m_depth;
    const auto source = "type It = " + std::string(text) + ";";
    const SyntaxTree tree(source);
    const auto statements = tree.root().named_children();
    const bool is_alias =
        statements.size() == 1 && statements.front().kind() == Syntax::type_alias_declaration;
    const bool is_read = is_alias && read_type(statements.front().field("value"), keys);
    --m_depth;
    return is_read;
  }

private:
  bool read_type(const Node& node, Keys& keys) {
    switch (node.kind()) {
    case Syntax::object_type:
      return read_members(node, keys);
    case Syntax::intersection_type:
    case Syntax::parenthesized_type: {
      const auto parts = node.named_children();
      return std::all_of(parts.begin(), parts.end(), [&](const Node& part) { return read_type(part, keys); });
    }
    case Syntax::type_identifier: {
      const auto named = m_types.find(node.text());
      return named != m_types.end() &&
             (named->second.starts_with('<') ? read_instance(named->second, "", keys)
                                             : read(named->second, keys));
    }
    case Syntax::generic_type:
      return read_generic(node, keys);
    default:
      return false;
    }
  }

  bool read_members(const Node& node, Keys& keys) {
    for (const auto& member : node.named_children()) {
      const auto name = member.field("name");
      const auto type = member.field("type");
      if (member.kind() != Syntax::property_signature || !type.valid() ||
          (name.kind() != Syntax::property_identifier && name.kind() != Syntax::string)) {
        return false;
      }
      ObjectKey key{std::string(name.text()), std::string(type.text().substr(1))};
      if (name.kind() == Syntax::string) {
        key.name = key.name.substr(1, key.name.size() - 2);
      }
      const auto parts = member.children();
      key.optional = std::any_of(parts.begin(), parts.end(), [](const Node& part) {
        return part.kind() == Syntax::token && part.text() == "?";
      });
      std::erase_if(keys, [&](const ObjectKey& each) { return each.name == key.name; });
      keys.push_back(std::move(key));
    }
    return true;
  }

  bool read_instance(std::string_view declared, std::string_view arguments, Keys& keys) {
    const auto instance = instance_of(declared, arguments);
    Keys found;
    if (!instance || !read(instance->body, found)) {
      return false;
    }
    for (auto& key : found) {
      key.type = with_values(key.type, instance->values);
      keys.push_back(std::move(key));
    }
    return true;
  }

  bool read_generic(const Node& node, Keys& keys) {
    const auto name = node.field("name").text();
    const auto list = node.child(Syntax::type_arguments);
    const auto inside = list.text().substr(1, std::max<std::size_t>(list.text().size(), 2) - 2);
    const auto named = m_types.find(name);
    if (named != m_types.end()) {
      return read_instance(named->second, inside, keys);
    }
    const auto arguments = list.named_children();
    Keys found;
    if (arguments.empty() || !read_type(arguments.front(), found)) {
      return false;
    }
    const bool picks = name == "Pick" || name == "Omit";
    if (picks && arguments.size() == 2) {
      const auto names = literals_in(arguments.back().text());
      std::erase_if(found,
                    [&](const ObjectKey& key) { return names.contains(key.name) == (name == "Omit"); });
    } else if (picks || (name != "Partial" && name != "Required" && name != "Readonly")) {
      return false;
    }
    for (auto& key : found) {
      key.optional = name == "Partial" || (key.optional && name != "Required");
      keys.push_back(std::move(key));
    }
    return true;
  }

  const DeclaredTypes& m_types;
  int m_depth = 0;
  int m_work = 0;
};

} // namespace

std::optional<Keys> object_keys(std::string_view text, const DeclaredTypes& types) {
  Keys keys;
  return KeyReader(types).read(text, keys) ? std::optional(std::move(keys)) : std::nullopt;
}

std::optional<Instance> instance_of(std::string_view declared, std::string_view arguments) {
  std::size_t close = 0;
  for (int depth = 0; close < declared.size(); ++close) {
    depth += declared[close] == '<' ? 1 : declared[close] == '>' && declared[close - 1] != '=' ? -1 : 0;
    if (depth == 0) {
      break;
    }
  }
  if (close == 0 || close >= declared.size()) {
    return std::nullopt;
  }
  const auto given = arguments.empty() ? std::vector<std::string_view>{} : split_outside(arguments, ',');
  Instance instance;
  for (const auto parameter : split_outside(declared.substr(1, close - 1), ',')) {
    const auto equals = parameter.rfind(" = ");
    const auto fallback =
        equals == std::string_view::npos ? std::string_view("unknown") : parameter.substr(equals + 3);
    const auto index = instance.values.size();
    instance.values.emplace(parameter.substr(0, end_of_word(parameter, 0)),
                            index < given.size() ? given[index] : fallback);
  }
  instance.body = declared.substr(close + 1);
  return instance;
}

std::string with_values(std::string_view text, const std::map<std::string_view, std::string_view>& values) {
  std::string out;
  int braces = 0; // what stands in them is data or not, whatever the arguments are
  for (std::size_t index = 0; index < text.size();) {
    braces += text[index] == '{' ? 1 : text[index] == '}' ? -1 : 0;
    const auto end = std::max(end_of_word(text, index), index + 1);
    const auto word = text.substr(index, end - index);
    const auto value = values.find(word);
    out += braces > 0 || value == values.end() ? std::string(word) : "(" + std::string(value->second) + ")";
    index = end;
  }
  return out;
}

} // namespace pyw::typegen
