#include <commands/types_env.hpp>
#include <commands/types_setup.hpp>
#include <commands/types_write.hpp>
#include <config/json_schema.hpp>
#include <typegen/env.hpp>

#include <nlohmann/json.hpp>

namespace pyw::commands {

namespace {

Comparison
compare(const ReadOnlyFileSystem& files, const StubPlace& place, std::vector<typegen::StubFile> wanted) {
  Comparison comparison;
  for (auto& file : wanted) {
    const auto present = files.read_if_exists(place.path_of(file.path));
    if (present && *present && **present == file.content) {
      ++comparison.unchanged;
    } else {
      comparison.stale.push_back(std::move(file));
    }
  }
  return comparison;
}

/// The table [tool.pyw] has the keys of a wrangler file; references lead to the outermost level.
nlohmann::ordered_json pyproject_schema() {
  auto table = config::json_schema();
  auto definitions = table["definitions"];
  table.erase("definitions");
  table.erase("$schema");
  const nlohmann::ordered_json tool{{"type", "object"}, {"properties", {{"pyw", std::move(table)}}}};
  return {{"$schema", "http://json-schema.org/draft-07/schema#"},
          {"type", "object"},
          {"properties", {{"tool", tool}}},
          {"definitions", std::move(definitions)}};
}

} // namespace

ProjectTypes compare_types(const World& world,
                           const config::Project& project,
                           typegen::RuntimeStubs runtime,
                           const std::optional<Path>& outdir) {
  typegen::PublicNames names;
  for (const auto& file : runtime.files) {
    if (file.path == "js-stubs/_globals.pyi") {
      names.always = typegen::public_names(file.content);
    } else if (file.path == "js-stubs/_globals_bindings.pyi") {
      names.with_bindings = typegen::public_names(file.content);
    } else if (file.path == "js-stubs/_globals_ai.pyi") {
      names.with_ai = typegen::public_names(file.content);
    }
  }
  const auto env = describe_env(world.files, project);
  auto wanted = typegen::package_stubs();
  wanted.push_back(typegen::make_env_stub(env, names));
  for (auto& file : runtime.files) {
    wanted.push_back(std::move(file));
  }
  ProjectTypes types;
  types.place = find_stub_place(world.files, world.environment, project, outdir);
  if (!types.place.stub_suffix) { // the mark of a stub package says nothing of a folder that is none
    std::erase_if(wanted, [](const auto& file) { return file.path.ends_with("/py.typed"); });
  }
  const bool has_settings = types.place.folder == project.root / types_folder; // whose mypy_path names it
  std::erase_if(wanted,
                [&](const auto& file) { return !has_settings && file.path.starts_with(mypy_folder); });
  types.comparison = compare(world.files, types.place, std::move(wanted));
  types.bindings = env.entries.size();
  if (has_settings) {
    types.schema = project.root / schema_file;
    if (project.config_file.filename() == "pyproject.toml") {
      types.pyproject_schema = project.root / pyproject_schema_file;
    }
  }
  return types;
}

Result<void> write_types(World& world, const ProjectTypes& types) {
  for (const auto& file : types.comparison.stale) {
    PYW_TRY(write_stub(world.files, types.place.path_of(file.path), file.content));
  }
  const auto refresh = [&](const Path& path, const nlohmann::ordered_json& schema) -> Result<void> {
    const auto content = schema.dump(2) + "\n";
    const auto present = world.files.read_if_exists(path);
    return present && *present == content ? Result<void>() : world.files.write(path, content);
  };
  if (types.schema) { // the editor's settings that name the folder name the schema too
    PYW_TRY(refresh(*types.schema, config::json_schema()));
  }
  if (types.pyproject_schema) {
    PYW_TRY(refresh(*types.pyproject_schema, pyproject_schema()));
  }
  return {};
}

RuntimeRequest runtime_request(const config::Project& project) {
  RuntimeRequest request;
  request.directory = project.root;
  request.null_is_none = project.python_version == config::PythonVersion::python_3_12;
  return request;
}

void refresh_types(World& world, const config::Project& project) {
  const auto place = find_stub_place(world.files, world.environment, project, std::nullopt);
  const auto globals = world.files.read(place.path_of("js-stubs/_globals.pyi"));
  const auto of_bindings = world.files.read(place.path_of("js-stubs/_globals_bindings.pyi"));
  const auto of_ai = world.files.read(place.path_of("js-stubs/_globals_ai.pyi"));
  const auto present = world.files.read(place.path_of("js-stubs/__init__.pyi"));
  if (!globals || !of_bindings || !of_ai || !present) {
    return;
  }
  const auto stub = typegen::make_env_stub(
      describe_env(world.files, project),
      {typegen::public_names(*globals), typegen::public_names(*of_bindings), typegen::public_names(*of_ai)});
  if (stub.content != *present) {
    static_cast<void>(world.files.write(place.path_of(stub.path), stub.content));
  }
}

} // namespace pyw::commands
