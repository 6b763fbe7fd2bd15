#include <base/suggest.hpp>
#include <base/text.hpp>
#include <config/environments.hpp>
#include <config/schema.hpp>

#include <fmt/core.h>

#include <algorithm>

namespace pyw::config {

std::vector<std::string> environment_names(const Value& root) {
  std::vector<std::string> names;
  if (const auto* environments = root.find("env")) {
    for (const auto& entry : environments->entries()) {
      names.push_back(entry.key);
    }
  }
  return names;
}

namespace {

Value without_file_keys(const Value& root) {
  auto table = Value::make_table();
  table.place = root.place;
  for (const auto& entry : root.entries()) {
    if (entry.key != "env" && entry.key != "$schema") {
      table.entries().push_back(entry);
    }
  }
  return table;
}

std::string quoted_list(const std::vector<std::string>& names) {
  std::vector<std::string> quoted;
  for (const auto& name : names) {
    quoted.push_back("`" + name + "`");
  }
  return join(quoted, ", ");
}

void report_unknown_environment(const Value& root, const std::string& name, Findings& findings) {
  const auto known = environment_names(root);
  const auto near = nearest(name, known);
  const auto place = known.empty() ? Place{root.place.file, 1, 1} : root.find_entry("env")->key_place;
  findings.error(fmt::format("there is no environment `{}`", name),
                 place,
                 {near            ? fmt::format("did you mean `{}`?", *near)
                  : known.empty() ? fmt::format("the configuration defines none; `[env.{}]` would", name)
                                  : fmt::format("there are {}", quoted_list(known))});
}

bool is_empty(const Value& value) {
  return (value.is(Value::Kind::table) && value.entries().empty()) ||
         (value.is(Value::Kind::array) && value.items().empty());
}

void warn_missing_variables(const Value& top,
                            const Value& own,
                            const std::string& environment,
                            const Place& place,
                            Findings& findings) {
  std::vector<std::string> missing;
  for (const auto& entry : top.entries()) {
    if (own.find(entry.key) == nullptr) {
      missing.push_back(entry.key);
    }
  }
  if (!missing.empty()) {
    findings.warning(fmt::format("`env.{}.vars` lacks {}", environment, quoted_list(missing)),
                     place,
                     {"an environment does not inherit the top level's `vars`: repeat them there"});
  }
}

void warn_not_inherited(const TableEntry& top,
                        const std::string& environment,
                        const Place& place,
                        Findings& findings) {
  if (!is_empty(top.value)) {
    findings.warning(
        fmt::format("`{}` is set at the top level, but not in `env.{}`", top.key, environment),
        place,
        {fmt::format("environments do not inherit it: repeat it as `env.{}.{}`, or set it empty there",
                     environment,
                     top.key)});
  }
}

/// `top-env`: what wrangler calls an environment's Worker.
void name_environment(Value& resolved, const std::string& environment, bool has_own_name) {
  const auto* entry = resolved.find_entry("name");
  if (has_own_name || entry == nullptr || !entry->value.is(Value::Kind::string) ||
      entry->value.text().empty()) {
    return;
  }
  Value name(entry->value.text() + "-" + environment);
  name.place = entry->value.place;
  resolved.set("name", std::move(name), entry->key_place);
}

} // namespace

Value resolve_environment(const Value& root,
                          const std::optional<std::string>& environment,
                          Findings& findings) {
  auto resolved = without_file_keys(root);
  if (!environment || environment->empty()) {
    return resolved;
  }
  const auto* environments = root.find("env");
  const auto* chosen = environments == nullptr ? nullptr : environments->find_entry(*environment);
  if (chosen == nullptr) {
    report_unknown_environment(root, *environment, findings);
    return resolved;
  }
  const auto& own = chosen->value;
  const auto is_not_inherited = [&](const TableEntry& entry) {
    const auto* key = find_top_level_key(entry.key);
    return key != nullptr && key->inheritance == Inheritance::not_inheritable;
  };
  for (const auto& entry : resolved.entries()) {
    const auto* override_value = own.find(entry.key);
    if (is_not_inherited(entry) && override_value == nullptr) {
      warn_not_inherited(entry, *environment, chosen->key_place, findings);
    } else if (entry.key == "vars" && override_value != nullptr) {
      warn_missing_variables(
          entry.value, *override_value, *environment, own.find_entry("vars")->key_place, findings);
    }
  }
  std::erase_if(resolved.entries(), is_not_inherited);
  // `route` and `routes` are two spellings of one setting: the environment's own takes the place of either.
  if (own.find("route") != nullptr || own.find("routes") != nullptr) {
    std::erase_if(resolved.entries(),
                  [](const auto& entry) { return entry.key == "route" || entry.key == "routes"; });
  }
  for (const auto& entry : own.entries()) {
    const auto* key = find_top_level_key(entry.key);
    if (key == nullptr || key->inheritance != Inheritance::top_level_only) {
      resolved.set(entry.key, entry.value, entry.key_place);
    }
  }
  name_environment(resolved, *environment, own.find("name") != nullptr);
  return resolved;
}

} // namespace pyw::config
