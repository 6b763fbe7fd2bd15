#include <edge/object_classes.hpp>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace pyw::edge {

namespace {

bool has_key(const Json& classes, const std::string& key) {
  return std::any_of(classes.begin(), classes.end(), [&](const auto& item) { return item["key"] == key; });
}

Result<void> create(Json& classes, const std::string& script, const std::string& name, bool sqlite) {
  if (name.empty() || classes.contains(name)) {
    return failure(user_error(
        fmt::format("the migration cannot create the class `{}`: there is one of that name", name)));
  }
  auto key = script + "-" + name;
  for (int number = 2; has_key(classes, key); ++number) { // a class that was renamed keeps its key
    key = fmt::format("{}-{}-{}", script, name, number);
  }
  classes[name] = {{"key", key}, {"sqlite", sqlite}};
  return {};
}

Result<void> remove(Json& classes, const std::string& name) {
  if (classes.erase(name) == 0) {
    return failure(
        user_error(fmt::format("the migration cannot delete the class `{}`: there is none", name)));
  }
  return {};
}

Result<void> take_step(Json& classes, const std::string& script, const Json& step) {
  if (!array_at(step, "transferred_classes").empty()) {
    return failure(user_error("`transferred_classes` is not offered by this server"));
  }
  for (const auto& renamed : array_at(step, "renamed_classes")) {
    const auto from = text_at(renamed, "from");
    const auto to = text_at(renamed, "to");
    if (!classes.contains(from) || classes.contains(to) || to.empty()) {
      return failure(user_error(fmt::format("the migration cannot rename the class `{}` to `{}`", from, to)));
    }
    classes[to] = classes[from];
    classes.erase(from);
  }
  for (const auto& name : array_at(step, "deleted_classes")) {
    PYW_TRY(remove(classes, name.get<std::string>()));
  }
  for (const auto& name : array_at(step, "new_classes")) {
    PYW_TRY(create(classes, script, name.get<std::string>(), false));
  }
  for (const auto& name : array_at(step, "new_sqlite_classes")) {
    PYW_TRY(create(classes, script, name.get<std::string>(), true));
  }
  return {};
}

} // namespace

Result<Json> migrated(Json classes, const std::string& script, const Json& migrations, const Json& exports) {
  for (const auto& step : array_at(migrations, "steps")) {
    PYW_TRY(take_step(classes, script, step));
  }
  for (const auto& [name, item] : exports.items()) {
    if (text_at(item, "type") != "durable-object") {
      continue;
    }
    const auto state = text_at(item, "state");
    if (state == "deleted") {
      classes.erase(name);
    } else if (!state.empty() && state != "created") {
      return failure(
          user_error(fmt::format("`exports` of the state `{}` are not offered by this server", state)));
    } else if (!classes.contains(name)) {
      PYW_TRY(create(classes, script, name, text_at(item, "storage") != "legacy-kv"));
    }
  }
  return classes;
}

} // namespace pyw::edge
