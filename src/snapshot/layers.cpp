#include <base/hash.hpp>
#include <base/text.hpp>
#include <runtime/compatibility.hpp>
#include <runtime/entry_scan.hpp>
#include <runtime/guest_worker.hpp>
#include <snapshot/build.hpp>
#include <snapshot/layers.hpp>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <set>

namespace pyw::snapshot {

namespace {

using nlohmann::ordered_json;

constexpr std::size_t digits_in_name = 16;

/// What both layers are told, but files. A fixed seed and a fixed hash seed: the same inputs give the same
/// bytes. Python reseeds before the first handler.
ordered_json common_settings(const config::Project& project) {
  const auto flags = runtime::python_flags(project.compatibility_date.value, runtime::flag_texts(project));
  return {{"python", config::to_text(project.python_version)},
          {"abi", runtime::abi_of(project.python_version)},
          {"seed", {1, 2, 3, 4}},
          {"hashSeed", 0},
          {"processPth", flags.at("python_process_pth_files")},
          {"flags", flags}};
}

/// What web frameworks import of the standard library, so that most first starts find it there. Nothing that
/// draws randomness when it is imported.
constexpr std::array base_imports{
    "ast",        "asyncio",       "base64",      "collections.abc", "concurrent.futures",
    "contextlib", "contextvars",   "copy",        "dataclasses",     "datetime",
    "decimal",    "email.message", "enum",        "fractions",       "functools",
    "hashlib",    "html",          "http.client", "http.cookies",    "inspect",
    "ipaddress",  "json",          "logging",     "mimetypes",       "pathlib",
    "re",         "secrets",       "socket",      "string",          "tempfile",
    "threading",  "traceback",     "typing",      "urllib.parse",    "urllib.request",
    "uuid",       "zipfile",       "zoneinfo"};

/// Beside the settings, whose bytes are in the memory or decide how it is read.
std::string runtime_surroundings(const runtime::RuntimeParts& parts, const runtime::StagedWorker& staged) {
  return fmt::format(
      "{}\n{}\n{}\n", parts.workerd_version, parts.pyodide_version, staged.guest.filename().string());
}

std::string project_surroundings(const config::Project& project, const runtime::StagedWorker& staged) {
  return fmt::format(
      "{}\n{}\n{}\n",
      staged.packages.digest,
      project.compatibility_date.value,
      join(runtime::workerd_flags(project.compatibility_date.value, runtime::flag_texts(project)), " "));
}

/// In byte order: the same for whoever knows the names from elsewhere, as a deploy target does.
ordered_json env_names(const config::Project& project) {
  std::set<std::string> names;
  for (const auto& binding : project.binding_names()) {
    names.insert(binding.name);
  }
  return names;
}

std::set<std::string> vendored_paths(const bundle::BundleManifest& bundle) {
  std::set<std::string> paths;
  for (const auto& item : bundle.modules) {
    if (item.origin == bundle::Origin::vendored) {
      paths.insert(item.path);
    }
  }
  return paths;
}

bool is_vendored(const std::string& module, const std::set<std::string>& paths) {
  const auto path = "python_modules/" + replace_all(module, ".", "/");
  return paths.contains(path + ".py") || paths.contains(path + "/__init__.py");
}

/// Modules that earlier top levels came to import, as far as they are there: those of the standard library
/// are.
std::vector<std::string> known_ahead(const config::Project& project,
                                     const bundle::BundleManifest& bundle,
                                     const ReadOnlyFileSystem& files) {
  std::vector<std::string> names;
  const auto record = read_record(project, Layer::dedicated, files);
  if (!record) {
    return names;
  }
  const auto paths = vendored_paths(bundle);
  for (const auto& name : record->ahead) {
    if (is_vendored(name, paths) || !is_vendored(name.substr(0, name.find('.')), paths)) {
      names.push_back(name);
    }
  }
  return names;
}

} // namespace

Result<std::vector<std::string>> snapshot_imports(const bundle::BundleManifest& bundle,
                                                  const ReadOnlyFileSystem& files) {
  const auto vendored = vendored_paths(bundle);
  std::vector<Path> own{bundle.entry.source};
  for (const auto& item : bundle.modules) {
    if (item.origin != bundle::Origin::vendored && item.kind == bundle::ModuleKind::python) {
      own.push_back(item.source);
    }
  }
  std::vector<std::string> imports;
  for (const auto& file : own) {
    PYW_TRY_ASSIGN(const auto text, files.read(file));
    for (const auto& name : runtime::imported_modules(text)) {
      if (is_vendored(name, vendored) && std::ranges::find(imports, name) == imports.end()) {
        imports.push_back(name);
      }
    }
  }
  return imports;
}

Path snapshots_directory(const config::Project& project) {
  return project.root / ".pyw" / "snapshots";
}

Result<std::vector<LayerPlan>> plan_layers(const config::Project& project,
                                           const bundle::BundleManifest& bundle,
                                           const runtime::RuntimeParts& parts,
                                           const runtime::StagedWorker& staged,
                                           const ReadOnlyFileSystem& files) {
  std::vector<LayerPlan> plans;
  if (project.python_version == config::PythonVersion::python_3_12 || staged.code.library_is_archive) {
    return plans;
  }
  PYW_TRY_ASSIGN(const auto imports, snapshot_imports(bundle, files));
  const auto library = runtime::path_list(staged.code.library);
  auto session = ordered_json::array(); // the packages: none in the base
  auto own = ordered_json::array();     // modules of the Worker itself: none in the packages' layer
  auto around = runtime_surroundings(parts, staged);
  const auto finish = [&](Layer layer, ordered_json settings, const std::string& own_digest) {
    auto keyed = settings;
    if (layer == Layer::base) { // nothing in it reads what only the project says
      keyed.erase("flags");
      keyed.erase("processPth");
    }
    LayerPlan plan{layer, sha256_hex(around + keyed.dump() + own_digest)};
    plan.file =
        layer == Layer::dedicated
            ? snapshots_directory(project) / "dedicated.pywsnap"
            : parts.cache / fmt::format("{}-{}.pywsnap", to_text(layer), plan.key.substr(0, digits_in_name));
    settings["packs"] = {{"python", (parts.pyodide / "pyodide.asm.wasm").generic_string()},
                         {"library", library},
                         {"session", session},
                         {"own", own}};
    settings["output"] = fmt::format("{}.pywsnap", to_text(layer));
    plan.settings = settings.dump(2) + "\n";
    plans.push_back(std::move(plan));
  };
  auto settings = common_settings(project);
  settings["envNames"] = ordered_json::array();
  settings["layer"] = to_text(Layer::base);
  settings["imports"] = base_imports;
  finish(Layer::base, settings, "");

  around += project_surroundings(project, staged);
  session.push_back(staged.packages.pack.generic_string());
  if (staged.code.packages) {
    session.push_back(staged.code.packages->generic_string());
  }
  if (staged.packages.libraries) {
    session.push_back(staged.packages.libraries->generic_string());
  }
  settings["layer"] = to_text(Layer::packages);
  settings["imports"] = imports;
  settings["ahead"] = known_ahead(project, bundle, files);
  finish(Layer::packages, settings, "");
  settings.erase("ahead");

  settings["envNames"] = env_names(project);
  settings["layer"] = to_text(Layer::dedicated);
  settings["imports"] = ordered_json::array();
  settings["entry"] = runtime::entry_module(bundle);
  settings["sourceRoot"] = runtime::source_root(bundle);
  settings["legacyHandlers"] = !settings["flags"].at("python_no_global_handlers").get<bool>();
  own.push_back(staged.own_pack.generic_string());
  finish(Layer::dedicated, settings, staged.own_digest);
  return plans;
}

Result<std::optional<Snapshot>> load(const LayerPlan& plan, const ReadOnlyFileSystem& files) {
  PYW_TRY_ASSIGN(const auto status, files.status(plan.file));
  if (!status) {
    return std::nullopt;
  }
  PYW_TRY_ASSIGN(auto reader, files.open(plan.file));
  PYW_TRY_ASSIGN(const auto key, read_key(*reader));
  if (key != plan.key) {
    return std::nullopt; // of other code: as good as none
  }
  PYW_TRY_ASSIGN(reader, files.open(plan.file));
  PYW_TRY_ASSIGN(auto snapshot, read_snapshot(*reader));
  if (snapshot.key != plan.key) {
    return std::nullopt; // another one has come in its place
  }
  if (snapshot.layer != plan.layer) {
    return failure(user_error("the snapshot is of another layer"));
  }
  return snapshot;
}

bool is_usable(const LayerPlan& plan, const ReadOnlyFileSystem& files, CheckedFiles& checked) {
  const auto status = files.status(plan.file);
  if (!status || !*status) {
    return false;
  }
  const auto state = fmt::format("{} {} {}", (*status)->size, (*status)->modified_ns, plan.key);
  auto& known = checked[plan.file];
  if (known != state) {
    const auto loaded = load(plan, files);
    known = loaded && *loaded ? state : "";
  }
  return !known.empty();
}

const LayerPlan*
best_usable(const std::vector<LayerPlan>& plans, const ReadOnlyFileSystem& files, CheckedFiles& checked) {
  const auto found = std::find_if(
      plans.rbegin(), plans.rend(), [&](const auto& plan) { return is_usable(plan, files, checked); });
  return found == plans.rend() ? nullptr : &*found;
}

} // namespace pyw::snapshot
