#include <base/jsonc.hpp>
#include <base/text.hpp>
#include <cloud/json.hpp>
#include <cloud/media_type.hpp>
#include <cloud/media_types.hpp> // generated: the package's tables

#include <nlohmann/json.hpp>

#include <map>

namespace pyw::cloud {

namespace {

using Types = std::map<std::string, std::string, std::less<>>;

/// The tables are JavaScript: `const types = {…}; …` with simple quotes and trailing commas.
void add_table(std::string_view script, Types& types) {
  const auto first = script.find('{');
  const auto last = script.find("};");
  if (first == std::string_view::npos || last == std::string_view::npos) {
    return;
  }
  const auto text = blank_jsonc(replace_all(std::string(script.substr(first, last + 1 - first)), "'", "\""));
  auto table = Json::parse(text, nullptr, false);
  table = table.is_object() ? std::move(table) : Json::object();
  for (const auto& [type, extensions] : table.items()) {
    for (const auto& item : extensions) {
      const auto extension = item.get<std::string>();
      if (!extension.starts_with('*')) { // a star: another type is the extension's own
        types.try_emplace(extension, type);
      }
    }
  }
}

Types read_tables() {
  Types types;
  for (const auto& file : media_types()) {
    add_table(file.content, types);
  }
  return types;
}

} // namespace

std::string asset_media_type(std::string_view path) {
  static const auto types = read_tables();
  const auto name = path.substr(path.rfind('/') + 1);
  const auto dot = name.rfind('.');
  // As the package has it: a bare name counts as an extension, but not the name of a file in a folder.
  const bool has_extension = dot != std::string_view::npos;
  const auto found = has_extension ? types.find(to_lower(name.substr(dot + 1))) : types.end();
  if (found == types.end()) {
    return "application/null";
  }
  return found->second.starts_with("text/") && found->second.find("charset") == std::string::npos
             ? found->second + "; charset=utf-8"
             : found->second;
}

} // namespace pyw::cloud
