#include <base/hash.hpp>
#include <base/text.hpp>
#include <runtime/capnp_text.hpp>
#include <runtime/compatibility.hpp>
#include <runtime/entry_scan.hpp>
#include <runtime/package_snapshot.hpp>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>

namespace pyw::runtime {

namespace {

using nlohmann::ordered_json;

std::string module(std::string_view name, std::string_view kind, const Path& file) {
  return fmt::format("(name = {}, {} = {})", capnp_string(name), kind, capnp_embed(file.string()));
}

std::vector<std::string> flag_texts(const config::Project& project) {
  std::vector<std::string> flags;
  for (const auto& flag : project.compatibility_flags) {
    flags.push_back(flag.value);
  }
  return flags;
}

} // namespace

Result<std::vector<std::string>> snapshot_imports(const bundle::BundleManifest& bundle,
                                                  const ReadOnlyFileSystem& files) {
  std::set<std::string> vendored;
  std::vector<Path> own{bundle.entry.source};
  for (const auto& item : bundle.modules) {
    if (item.origin == bundle::Origin::vendored) {
      vendored.insert(item.path);
    } else if (item.kind == bundle::ModuleKind::python) {
      own.push_back(item.source);
    }
  }
  std::vector<std::string> imports;
  for (const auto& file : own) {
    PYW_TRY_ASSIGN(const auto text, files.read(file));
    for (const auto& name : imported_modules(text)) {
      const auto path = "python_modules/" + replace_all(name, ".", "/");
      const bool is_package = vendored.contains(path + ".py") || vendored.contains(path + "/__init__.py");
      if (is_package && std::ranges::find(imports, name) == imports.end()) {
        imports.push_back(name);
      }
    }
  }
  return imports;
}

SnapshotPlan plan_snapshot(const config::Project& project,
                           const RuntimeParts& parts,
                           const Path& guest,
                           const ByteCode& code,
                           const Path& packages,
                           const std::vector<std::string>& imports,
                           const Path& folder,
                           const Path& output) {
  SnapshotPlan plan;
  const auto flags = python_flags(project.compatibility_date.value, flag_texts(project));
  auto library = ordered_json::array();
  for (const auto& pack : code.library) {
    library.push_back(pack.generic_string());
  }
  auto session = ordered_json::array({packages.generic_string()});
  if (code.packages) {
    session.push_back(code.packages->generic_string());
  }
  // A fixed seed and a fixed hash seed: the same inputs give the same bytes. Python reseeds before the first
  // handler.
  plan.settings = ordered_json{{"python", config::to_text(project.python_version)},
                               {"abi", "2026_0"},
                               {"seed", {1, 2, 3, 4}},
                               {"hashSeed", 0},
                               {"processPth", flags.at("python_process_pth_files")},
                               {"flags", flags},
                               {"imports", imports},
                               {"packs", {{"library", library}, {"session", session}}},
                               {"output", output.filename().generic_string()}}
                      .dump(2) +
                  "\n";
  plan.main_module =
      "import \"./__pyw/shims.js\";\n"
      "import { buildSnapshot } from \"./__pyw/snapshot_builder.js\";\n"
      "import settings from \"./__pyw/settings.json\";\n"
      "const importModule = (name) => import(name);\n"
      "export default { test: (_controller, env) => buildSnapshot(settings, env, importModule) };\n";
  std::vector<std::string> modules{module("__pyw_main.js", "esModule", folder / "main.js")};
  for (const std::string_view name : {"files.js",
                                      "host.js",
                                      "loader.js",
                                      "report.js",
                                      "shims.js",
                                      "snapshot.js",
                                      "snapshot_builder.js",
                                      "start.js"}) {
    modules.push_back(module(fmt::format("__pyw/{}", name), "esModule", guest / name));
  }
  modules.push_back(module("__pyw/pyodide.mjs", "esModule", parts.pyodide / "pyodide.mjs"));
  modules.push_back(module("__pyw/pyodide.asm.mjs", "esModule", parts.pyodide / "pyodide.asm.mjs"));
  modules.push_back(module("__pyw/pyodide.asm.wasm", "wasm", parts.pyodide / "pyodide.asm.wasm"));
  modules.push_back(module("__pyw/settings.json", "json", folder / "settings.json"));
  plan.config = fmt::format(
      "using Workerd = import \"/workerd/workerd.capnp\";\n\n"
      "const config :Workerd.Config = (\n"
      "  services = [\n"
      "    (name = \"snapshot\", worker = (compatibilityDate = \"2026-01-01\", modules = {},\n"
      "      bindings = [(name = \"__pyw_evaluator\", unsafeEval = void), (name = \"__pyw_files\", service = "
      "\"files\"),\n"
      "        (name = \"OUTPUT\", service = \"output\")])),\n"
      "    (name = \"files\", disk = (path = \"/\", allowDotfiles = true)),\n"
      "    (name = \"output\", disk = (path = {}, writable = true)),\n"
      "  ],\n"
      "  structuredLogging = true,\n"
      ");\n",
      capnp_list(modules, 8),
      capnp_string(output.parent_path().string()));
  return plan;
}

Result<std::optional<PackageSnapshot>> package_snapshot(const config::Project& project,
                                                        const bundle::BundleManifest& bundle,
                                                        const RuntimeParts& parts,
                                                        const Path& guest,
                                                        const ByteCode& code,
                                                        const PackagesPack& packages,
                                                        const Path& run_directory,
                                                        FileSystem& files) {
  if (project.python_version != config::PythonVersion::python_3_14 || code.library_is_archive) {
    return std::nullopt;
  }
  PYW_TRY_ASSIGN(const auto imports, snapshot_imports(bundle, files));
  const auto folder = run_directory / "snapshot";
  // Everything it depends on stands in the plan but the content of packages and guest.
  const auto draft = plan_snapshot(project, parts, guest, code, "packages.pack", imports, "folder", "output");
  const auto key =
      sha256_hex(draft.settings + draft.config + packages.digest + parts.pyodide_version).substr(0, 16);
  PackageSnapshot snapshot{parts.cache / fmt::format("snapshot-{}.bin", key)};
  snapshot.exists = files.is_file(snapshot.file);
  if (!snapshot.exists) {
    const auto plan =
        plan_snapshot(project, parts, guest, code, packages.pack, imports, folder, snapshot.file);
    PYW_TRY(files.write(folder / "config.capnp", plan.config));
    PYW_TRY(files.write(folder / "main.js", plan.main_module));
    PYW_TRY(files.write(folder / "settings.json", plan.settings));
    Command build;
    build.argv = {
        parts.workerd.string(), "test", "-I", "/", "--experimental", (folder / "config.capnp").string()};
    build.standard_output = Stdio::null;
    build.standard_error = Stdio::null;
    snapshot.build = std::move(build);
  }
  return snapshot;
}

} // namespace pyw::runtime
