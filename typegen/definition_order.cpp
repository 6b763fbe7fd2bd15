#include <typegen/definition_order.hpp>
#include <typegen/python_text.hpp>

#include <algorithm>
#include <set>
#include <unordered_map>
#include <utility>

namespace pyw::typegen {

namespace {

constexpr std::string_view triple_quote = "\"\"\"";

/// The names in a line of Python from `index` on; strings and comments aside.
void add_mentions(std::string_view line, std::size_t index, std::vector<Mention>& mentions) {
  while (index < line.size()) {
    const char c = line[index];
    if (c == '"') {
      index = skip_string(line, index);
    } else if (c == '#') {
      return;
    } else if (is_word(c)) {
      auto end = end_of_word(line, index);
      Mention mention{{}, line.substr(index, end - index)};
      if (c == '_' && end < line.size() && line[end] == '.') {
        const auto start = end + 1;
        end = end_of_word(line, start);
        mention = {mention.name, line.substr(start, end - start)};
      }
      mentions.push_back(mention);
      index = end;
    } else {
      ++index;
    }
  }
}

bool starts_function(std::string_view code) {
  return code.starts_with("def ") || code.starts_with("async def ") || code.starts_with('@');
}

/// Where the expression of an attribute or a definition begins, behind its own name; npos for a function.
std::size_t start_of_expression(std::string_view line, std::size_t indent) {
  const auto code = line.substr(indent);
  if (starts_function(code)) {
    return std::string_view::npos;
  }
  for (const std::string_view keyword : {"class ", "type "}) {
    if (indent == 0 && code.starts_with(keyword)) {
      return end_of_word(line, keyword.size());
    }
  }
  return end_of_word(line, indent);
}

class Order {
public:
  explicit Order(const std::vector<Definition>& definitions)
      : m_definitions(definitions), m_seen(definitions.size(), false) {
    for (std::size_t index = 0; index < definitions.size(); ++index) {
      m_places[definitions[index].module].emplace(definitions[index].name, index);
    }
  }

  std::vector<std::size_t> run() {
    for (std::size_t index = 0; index < m_definitions.size(); ++index) {
      visit(index);
    }
    return std::move(m_order);
  }

private:
  void visit(std::size_t index) {
    if (m_seen[index]) {
      return;
    }
    m_seen[index] = true;
    const auto& definition = m_definitions[index];
    const auto found =
        definition.needs == nullptr ? names_needed_at_once(definition.text) : std::vector<Mention>{};
    for (const auto& mention : definition.needs == nullptr ? found : *definition.needs) {
      const auto module = m_places.find(mention.module.empty() ? definition.module : mention.module);
      if (module == m_places.end()) {
        continue;
      }
      const auto name =
          mention.name.starts_with(second_name) ? mention.name.substr(second_name.size()) : mention.name;
      if (const auto needed = module->second.find(name); needed != module->second.end()) {
        visit(needed->second);
      }
    }
    m_order.push_back(index);
  }

  const std::vector<Definition>& m_definitions;
  std::vector<bool> m_seen;
  std::unordered_map<std::string_view, std::unordered_map<std::string_view, std::size_t>> m_places;
  std::vector<std::size_t> m_order;
};

} // namespace

std::vector<Mention> names_needed_at_once(std::string_view text) {
  std::vector<Mention> mentions;
  bool in_docstring = false;
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const auto indent = std::min(line.find_first_not_of(' '), line.size());
    const auto code = line.substr(indent);
    if (in_docstring || code.starts_with(triple_quote)) {
      const auto from = in_docstring ? 0 : triple_quote.size();
      in_docstring = code.find(triple_quote, from) == std::string_view::npos;
    } else if (!code.empty() && (indent == 0 || indent == 4)) { // what stands deeper belongs to a function
      const auto start = start_of_expression(line, indent);
      if (start != std::string_view::npos) {
        add_mentions(line, start, mentions);
      }
    }
  }
  return mentions;
}

std::vector<std::size_t> reading_order(const std::vector<Definition>& definitions) {
  return Order(definitions).run();
}

std::map<std::string_view, std::string> write_in_order(const std::vector<Definition>& definitions) {
  std::set<std::pair<std::string_view, std::string_view>> with_second_name;
  for (const auto& [module, name, text, needs] : definitions) {
    for (auto found = text.find(second_name); found != std::string_view::npos;) {
      const auto start = found + second_name.size();
      const auto end = end_of_word(text, start);
      with_second_name.emplace(module, text.substr(start, end - start));
      found = text.find(second_name, end);
    }
  }
  std::map<std::string_view, std::size_t> sizes;
  for (const auto& [module, name, text, needs] : definitions) {
    sizes[module] += text.size();
  }
  std::map<std::string_view, std::string> modules;
  for (const auto& [module, size] : sizes) {
    modules[module].reserve(size + size / 16);
  }
  for (const auto index : reading_order(definitions)) {
    const auto& [module, name, text, needs] = definitions[index];
    auto& out = modules[module];
    out += text;
    if (with_second_name.contains({module, name})) {
      out += std::string(second_name) + std::string(name) + " = " + std::string(name) + "\n";
    }
  }
  return modules;
}

} // namespace pyw::typegen
