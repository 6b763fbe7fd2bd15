#include <base/hash.hpp>
#include <bundle/manifest.hpp>

#include <fmt/core.h>

#include <array>
#include <numeric>
#include <unordered_map>

namespace pyw::bundle {

namespace {

constexpr std::size_t piece_bytes = 256 * 1024;

/// Modules by name; a name that comes again keeps its place and takes the later value (FormData.set of the
/// platform's client, facts/deploy.md 2).
class ModuleList {
public:
  void set(Module module) {
    const auto [at, fresh] = m_index.try_emplace(module.path, m_modules.size());
    if (fresh) {
      m_modules.push_back(std::move(module));
    } else {
      m_modules[at->second] = std::move(module);
    }
  }

  std::vector<Module> take() { return std::move(m_modules); }

private:
  std::vector<Module> m_modules;
  std::unordered_map<std::string, std::size_t> m_index;
};

/// Emacs marks a file that is being edited by a link to nowhere beside it.
bool is_editor_lock(const DirectoryEntry& entry) {
  return entry.type == FileType::symlink && entry.name.starts_with(".#");
}

struct Walk {
  const ReadOnlyFileSystem& files;
  std::array<Path, 2> skipped_folders; ///< the tools' own folders: hold caches, never modules
  Path skipped_file;

  /// Calls `visit(relative path, its folder, its name)` for each file below `folder`, depth first, in byte
  /// order.
  template <typename Visit>
  Result<void> below(const Path& folder, const std::string& prefix, const Visit& visit) const {
    PYW_TRY_ASSIGN(const auto entries, files.list(folder));
    for (const auto& entry : entries) {
      if (entry.type == FileType::directory) {
        const auto absolute = folder / entry.name;
        if (absolute != skipped_folders[0] && absolute != skipped_folders[1]) {
          PYW_TRY(below(absolute, prefix + entry.name + '/', visit));
        }
      } else if (!is_at(skipped_file, folder, entry.name) && !is_editor_lock(entry)) {
        PYW_TRY(visit(prefix + entry.name, folder, entry.name));
      }
    }
    return {};
  }

  /// Names first: to make a path of each of 10,000 files and compare its parts takes longer than to list
  /// them.
  static bool is_at(const Path& path, const Path& folder, const std::string& name) {
    return path.native().ends_with(name) && path == folder / name;
  }
};

std::array<Path, 2> tool_folders(const BundleSource& source) {
  return {source.project_root / ".wrangler", source.project_root / ".pyw"};
}

Result<std::uint64_t> size_of(const Path& path, const ReadOnlyFileSystem& files) {
  PYW_TRY_ASSIGN(const auto status, files.status(path));
  if (!status) {
    return failure(user_error(fmt::format("`{}` is a link that leads nowhere", path.string()),
                              {"remove the link, or exclude it with a module rule"}));
  }
  if (status->type != FileType::file) {
    return failure(user_error(fmt::format("`{}` matches a module rule but is not a file", path.string()),
                              {"links to folders are not followed: copy the folder, or remove the link"}));
  }
  return status->size;
}

Result<void> collect_own(const BundleSource& source,
                         const ReadOnlyFileSystem& files,
                         ModuleList& modules,
                         std::vector<std::string>& warnings) {
  const ModuleRules rules(source.rules);
  warnings.insert(warnings.end(), rules.warnings().begin(), rules.warnings().end());
  const Walk walk{files, tool_folders(source), source.config_file};
  return walk.below(
      source.module_root,
      "",
      [&](const std::string& path, const Path& folder, const std::string& name) -> Result<void> {
        const auto kind = rules.kind_of(path);
        if (kind && !Walk::is_at(source.entry, folder, name)) {
          auto absolute = folder / name;
          PYW_TRY_ASSIGN(const auto size, size_of(absolute, files));
          modules.set({path, *kind, Origin::own, absolute, size});
        }
        return {};
      });
}

/// The SDK's JavaScript is imported by name at run time and so must be a module; all else is data.
ModuleKind vendored_kind(std::string_view path) {
  const bool script = path.starts_with("workers/") && (path.ends_with(".js") || path.ends_with(".mjs"));
  return script ? ModuleKind::es_module : ModuleKind::data;
}

Result<void>
collect_vendored(const BundleSource& source, const ReadOnlyFileSystem& files, ModuleList& modules) {
  const auto folder = source.project_root / "python_modules";
  if (!files.is_directory(folder)) {
    return {};
  }
  const std::vector<ModuleGlob> excluded(source.python_modules_exclude.begin(),
                                         source.python_modules_exclude.end());
  const Walk walk{files, tool_folders(source), source.entry};
  return walk.below(
      folder, "", [&](const std::string& path, const Path& in, const std::string& name) -> Result<void> {
        for (const auto& glob : excluded) {
          if (glob.matches(path)) {
            return {};
          }
        }
        const auto absolute = in / name;
        PYW_TRY_ASSIGN(const auto size, size_of(absolute, files));
        modules.set({"python_modules/" + path, vendored_kind(path), Origin::vendored, absolute, size});
        return {};
      });
}

Result<void> check_layout(const BundleSource& source, const ReadOnlyFileSystem& files) {
  if (!files.is_file(source.entry)) {
    const auto shown = source.entry.lexically_proximate(source.project_root).string();
    return failure(user_error(fmt::format("the entry-point file `{}` was not found", shown),
                              {"`main` in the wrangler file names it, relative to that file",
                               "if a build makes the file, run the build first"}));
  }
  if (source.find_additional_modules && source.module_root != source.project_root &&
      files.exists(source.module_root / "python_modules")) {
    return failure(user_error(
        fmt::format("there is a `python_modules` in the module root `{}`", source.module_root.string()),
        {"it belongs beside the wrangler file: delete this one, then `pyw sync`"}));
  }
  return {};
}

ModuleKind entry_kind(const Path& entry) {
  return entry.extension() == ".py" ? ModuleKind::python : ModuleKind::es_module;
}

} // namespace

std::uint64_t BundleManifest::total_size() const {
  return std::accumulate(modules.begin(),
                         modules.end(),
                         entry.size,
                         [](std::uint64_t sum, const auto& module) { return sum + module.size; });
}

Result<BundleManifest> collect(const BundleSource& source, const ReadOnlyFileSystem& files) {
  PYW_TRY(check_layout(source, files));
  BundleManifest manifest;
  manifest.module_root = source.module_root;
  manifest.project_root = source.project_root;
  PYW_TRY_ASSIGN(const auto entry_size, size_of(source.entry, files));
  manifest.entry = {
      source.entry.filename().string(), entry_kind(source.entry), Origin::own, source.entry, entry_size};
  if (!source.find_additional_modules) {
    return manifest;
  }
  ModuleList modules;
  PYW_TRY(collect_own(source, files, modules, manifest.warnings));
  if (manifest.entry.kind == ModuleKind::python) {
    if (files.exists(source.project_root / "cf-requirements.txt")) {
      manifest.warnings.emplace_back(
          "`cf-requirements.txt` is not read any more: list the packages in pyproject.toml, then `pyw sync`");
    }
    PYW_TRY(collect_vendored(source, files, modules));
  }
  manifest.modules = modules.take();
  return manifest;
}

Result<std::string> digest(const Module& module, const ReadOnlyFileSystem& files) {
  PYW_TRY_ASSIGN(const auto reader, files.open(module.source));
  Hasher hasher(HashKind::sha256);
  std::string piece(piece_bytes, '\0');
  for (;;) {
    PYW_TRY_ASSIGN(const auto count, reader->read(piece.data(), piece.size()));
    if (count == 0) {
      return to_hex(hasher.finish());
    }
    hasher.update({piece.data(), count});
  }
}

} // namespace pyw::bundle
