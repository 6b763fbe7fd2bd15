#include <base/jsonc.hpp>
#include <base/text.hpp>
#include <commands/types_setup.hpp>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace pyw::commands {

namespace {

using Json = nlohmann::ordered_json;
using Keys = std::vector<std::pair<std::string, std::string>>; ///< name -> value as TOML

struct TomlTable {
  std::string_view header; ///< "tool.mypy"
  Keys keys;
};

std::vector<TomlTable> wanted_tables(const EditorSettings& settings) {
  const auto folder = fmt::format("\"{}\"", types_folder);
  const auto source = fmt::format("\"{}\"", settings.source_folder);
  const auto version = fmt::format("\"{}\"", settings.python_version);
  return {
      {"tool.mypy",
       {{"python_version", version},
        {"mypy_path",
         fmt::format("[{}, {}, \"{}/{}\", \"python_modules\"]", source, folder, types_folder, mypy_folder)},
        {"files", fmt::format("[{}]", source)},
        {"exclude", "[\"^python_modules/\", \"^\\\\.pyw/\"]"},
        {"explicit_package_bases", "true"},
        {"follow_imports", "\"silent\""}}},
      {"tool.pyright",
       {{"pythonVersion", version},
        {"pythonPlatform", "\"All\""},
        {"include", fmt::format("[{}]", source)},
        {"exclude", "[\"python_modules\", \"**/node_modules\", \"**/__pycache__\", \"**/.*\"]"},
        {"stubPath", folder},
        {"reportMissingModuleSource", "false"},
        {"extraPaths", fmt::format("[{}, \"python_modules\"]", source)}}}};
}

/// The name before `=`, or between brackets, of a line; empty when it has none.
std::string_view key_of(std::string_view line) {
  const auto equals = line.find('=');
  return equals == std::string_view::npos ? std::string_view{} : trim(line.substr(0, equals));
}

std::string_view header_of(std::string_view line) {
  line = trim(line.substr(0, line.find('#')));
  return line.starts_with('[') && line.ends_with(']') ? trim(line.substr(1, line.size() - 2))
                                                      : std::string_view{};
}

/// Adds to a table of the text what it lacks, at its end, or the whole table at the text's end.
std::string add_to_table(std::string text, const TomlTable& table, EditorPlan& plan) {
  auto lines = split(text, '\n');
  std::size_t begin = lines.size();
  for (std::size_t index = 0; index < lines.size(); ++index) {
    begin = begin == lines.size() && header_of(lines[index]) == table.header ? index : begin;
  }
  std::string added;
  if (begin == lines.size()) {
    for (const auto& [name, value] : table.keys) {
      added += name + " = " + value + "\n";
    }
    const std::string_view gap = text.empty() ? "" : text.ends_with('\n') ? "\n" : "\n\n";
    return text + std::string(gap) + "[" + std::string(table.header) + "]\n" + added;
  }
  auto last = begin; // the last line of the table that is not blank
  std::vector<std::pair<std::string_view, std::string_view>> present;
  for (auto index = begin + 1; index < lines.size() && header_of(lines[index]).empty(); ++index) {
    last = trim(lines[index]).empty() || trim(lines[index]).starts_with('#') ? last : index;
    present.emplace_back(key_of(lines[index]), lines[index]);
  }
  for (const auto& [name, value] : table.keys) {
    const auto known =
        std::find_if(present.begin(), present.end(), [&](const auto& each) { return each.first == name; });
    if (known == present.end()) {
      added += "\n" + name + " = " + value;
    } else if (trim(known->second).find(value) == std::string_view::npos) {
      plan.kept.push_back(fmt::format("[{}] {} (pyw would set {})", table.header, name, value));
    }
  }
  if (added.empty()) {
    return text;
  }
  const auto end = static_cast<std::size_t>(lines[last].data() + lines[last].size() - text.data());
  return text.insert(end, added);
}

/// Whether pyproject.toml holds what else a wrangler file would.
bool has_configuration(std::string_view pyproject) {
  const auto lines = split(pyproject, '\n');
  return std::any_of(lines.begin(), lines.end(), [](std::string_view line) {
    const auto header = header_of(line);
    return header == "tool.pyw" || header.starts_with("tool.pyw.") || header.starts_with("[tool.pyw.");
  });
}

/// The members that a settings file gets: those of a known extension do nothing where it is not installed.
Json wanted_settings(bool with_pyproject) {
  const auto schema = "./" + std::string(schema_file);
  Json associations{{".*/wrangler\\.toml$", schema}};
  if (with_pyproject) { // in the place of the extension's own schema, which does not know the table
    associations[".*/pyproject\\.toml$"] = "./" + std::string(pyproject_schema_file);
  }
  return {
      {"json.schemas", Json::array({{{"fileMatch", {"wrangler.json", "wrangler.jsonc"}}, {"url", schema}}})},
      {"evenBetterToml.schema.associations", std::move(associations)}};
}

/// Members to put behind an opening brace at `indent` blanks; `closes`: nothing follows them.
std::string members_text(const Json& members, std::size_t indent, bool closes) {
  const auto line = "\n" + std::string(indent, ' ');
  std::string added;
  for (const auto& [name, value] : members.items()) {
    added += line + Json(name).dump() + ": " + replace_all(value.dump(2), "\n", line) + ",";
  }
  if (closes && !added.empty()) {
    added.pop_back();
    added += "\n" + std::string(indent - 2, ' ');
  }
  return added;
}

/// Where a member's object opens; npos when it is none.
std::size_t opening_of(std::string_view blanked, const std::string& name) {
  const auto at = blanked.find(Json(name).dump());
  return at == std::string_view::npos ? at : blanked.find('{', at);
}

std::optional<std::string>
with_settings(const std::optional<std::string>& text, bool with_pyproject, EditorPlan& plan) {
  const auto wanted = wanted_settings(with_pyproject);
  if (!text || trim(*text).empty()) {
    return wanted.dump(2) + "\n";
  }
  const auto blanked = blank_jsonc(*text);
  const auto present = Json::parse(blanked, nullptr, false);
  const auto open = blanked.find('{');
  if (!present.is_object() || open == std::string::npos) {
    plan.kept.emplace_back(".vscode/settings.json (it is no JSON object)");
    return std::nullopt;
  }
  auto changed = *text;
  Json missing = Json::object();
  for (const auto& [name, value] : wanted.items()) {
    if (!present.contains(name)) {
      missing[name] = value;
      continue;
    }
    if (present[name].dump().find(schema_file) == std::string::npos) {
      plan.kept.push_back(fmt::format(".vscode/settings.json: {}", name));
    }
    const auto inner =
        value.is_object() && present[name].is_object() ? opening_of(blanked, name) : std::string::npos;
    if (inner == std::string::npos) {
      continue;
    }
    Json lacking = Json::object();
    for (const auto& [key, schema] : value.items()) {
      // One that leads elsewhere is the user's choice.
      if (!present[name].contains(key) && schema.get<std::string>().find("pyproject") != std::string::npos) {
        lacking[key] = schema;
      }
    }
    changed.insert(inner + 1, members_text(lacking, 4, present[name].empty()));
  }
  changed.insert(open + 1, members_text(missing, 2, present.empty()));
  return changed == *text ? std::nullopt : std::optional(std::move(changed));
}

bool ignores_pyw(std::string_view gitignore) {
  for (const auto line : split(gitignore, '\n')) {
    auto name = trim(line);
    name.remove_prefix(name.starts_with('/') ? 1 : 0);
    name.remove_suffix(name.ends_with('/') ? 1 : 0);
    if (name == ".pyw") {
      return true;
    }
  }
  return false;
}

} // namespace

EditorPlan plan_editor_setup(const EditorFiles& files, const EditorSettings& settings) {
  EditorPlan plan;
  const auto before = files.pyproject.value_or("");
  auto pyproject = before;
  for (const auto& table : wanted_tables(settings)) {
    pyproject = add_to_table(std::move(pyproject), table, plan);
  }
  if (pyproject != before) {
    plan.edits.push_back({"pyproject.toml", std::move(pyproject)});
  }
  if (auto changed = with_settings(files.vscode_settings, has_configuration(before), plan)) {
    plan.edits.push_back({".vscode/settings.json", std::move(*changed)});
  }
  const auto ignored = files.gitignore.value_or("");
  if (!ignores_pyw(ignored)) {
    plan.edits.push_back(
        {".gitignore", ignored + (ignored.empty() || ignored.ends_with('\n') ? "" : "\n") + "/.pyw/\n"});
  }
  return plan;
}

bool names_types_folder(std::string_view pyproject) {
  for (const auto line : split(pyproject, '\n')) {
    const auto key = key_of(line);
    if ((key == "stubPath" || key == "mypy_path") && line.find(types_folder) != std::string_view::npos) {
      return true;
    }
  }
  return false;
}

} // namespace pyw::commands
