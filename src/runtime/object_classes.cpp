// The Worker's own Durable Object classes.
#include <runtime/local_services.hpp>

#include <algorithm>
#include <map>

namespace pyw::runtime {

namespace {

/// Whether each class of the migrations keeps its data in SQLite.
std::map<std::string, bool> sqlite_by_class(const config::Project& project) {
  std::map<std::string, bool> result;
  for (const auto& migration : project.migrations) {
    for (const auto& name : migration.new_classes) {
      result[name] = false;
    }
    for (const auto& name : migration.new_sqlite_classes) {
      result[name] = true;
    }
    for (const auto& renamed : migration.renamed_classes) {
      result[renamed.to] = result.contains(renamed.from) ? result[renamed.from] : true;
    }
  }
  for (const auto& item : project.exports) {
    if (item.type == config::Export::Type::durable_object) {
      result[item.class_name] = item.storage.value_or("sqlite") != "legacy-kv";
    }
  }
  return result;
}

/// A server that keeps classes over renames says which key a class has had from the start.
std::string key_of(const config::Project& project, const std::string& name) {
  for (const auto& item : project.exports) {
    const auto* const key = item.class_name == name && item.raw.is(config::Value::Kind::table)
                                ? item.raw.find(stored_key)
                                : nullptr;
    if (key != nullptr && key->is(config::Value::Kind::string)) {
      return key->text();
    }
  }
  return project.name.value + "-" + name;
}

} // namespace

std::vector<ObjectClass> own_object_classes(const config::Project& project) {
  const auto sqlite = sqlite_by_class(project);
  std::vector<ObjectClass> classes;
  const auto find_or_add = [&](const std::string& name) -> ObjectClass& {
    const auto found = std::ranges::find(classes, name, &ObjectClass::name);
    if (found != classes.end()) {
      return *found;
    }
    const auto stored = sqlite.find(name);
    return classes.emplace_back(
        ObjectClass{name, key_of(project, name), stored == sqlite.end() || stored->second, {}});
  };
  for (const auto& item : project.durable_objects) {
    const auto& script = item.script_name;
    if (!script || script->empty() || *script == project.name.value) { // else: see add_external_workers
      find_or_add(item.class_name).bindings.push_back(item.name);
    }
  }
  for (const auto& item : project.exports) {
    if (item.type == config::Export::Type::durable_object && item.state.value_or("created") == "created") {
      find_or_add(item.class_name);
    }
  }
  return classes;
}

std::string object_namespaces(const std::vector<ObjectClass>& classes,
                              const std::function<std::string(const ObjectClass&)>& class_name) {
  std::vector<std::string> texts;
  for (const auto& item : classes) {
    texts.push_back(capnp_struct({{"className", capnp_string(class_name(item))},
                                  {"uniqueKey", capnp_string(item.unique_key)},
                                  {"enableSql", item.sqlite ? "true" : ""}}));
  }
  return capnp_list(texts, 6);
}

void add_durable_objects(const ServiceInput& input, LocalServices& out) {
  const auto classes = own_object_classes(input.project);
  if (classes.empty()) {
    return;
  }
  for (const auto& item : classes) {
    for (const auto& name : item.bindings) {
      out.bindings.push_back(binding(name, "durableObjectNamespace", capnp_string(item.name)));
    }
  }
  add_object_storage(input, out);
  out.worker_fields.emplace_back("durableObjectNamespaces",
                                 object_namespaces(classes, [](const auto& item) { return item.name; }));
  out.worker_fields.emplace_back("durableObjectStorage",
                                 capnp_struct({{"localDisk", capnp_string(object_disk)}}));
}

void add_object_storage(const ServiceInput& input, LocalServices& out) {
  add_disk(input, out, object_disk, object_folder);
  add_disk(input, out, object_names, bundled_folder("do-names", input.state));
}

} // namespace pyw::runtime
