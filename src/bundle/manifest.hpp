// Which files make the Worker, in the order in which they are uploaded and loaded.
#pragma once

#include <base/filesystem.hpp>
#include <bundle/module_rules.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace pyw::bundle {

enum class Origin { own, vendored };

/// One file of the Worker. Its content stays on disk until somebody reads it.
struct Module {
  std::string path; ///< the module's name: relative to the module root, '/'; "python_modules/…" for vendored
  ModuleKind kind = ModuleKind::python;
  Origin origin = Origin::own;
  Path source;            ///< absolute
  std::uint64_t size = 0; ///< bytes
};

/// What to collect from. All paths absolute.
struct BundleSource {
  Path project_root; ///< the config file's folder; python_modules and .wrangler lie here
  Path config_file;  ///< never a module itself; may be empty
  Path entry;        ///< `main`
  Path module_root;  ///< `base_dir`, else the entry's folder
  std::vector<ModuleRule> rules = {};
  bool find_additional_modules = true;
  std::vector<std::string> python_modules_exclude = {"**/*.pyc"};
};

struct BundleManifest {
  Module entry;                ///< named by its base name, also with a `base_dir`
  std::vector<Module> modules; ///< the others: own files depth first in byte order, then python_modules
  std::vector<std::string> warnings;
  Path module_root;
  Path project_root;

  /// Bytes of all modules, entry included.
  [[nodiscard]] std::uint64_t total_size() const;
};

/// Walks the folders; reads no content. The same tree gives the same manifest. Where the module root is the
/// project root, a file under python_modules is met twice: it keeps its first place and its later kind. Fails
/// when the entry is missing, or a python_modules folder lies in a module root that is not the project root.
[[nodiscard]] Result<BundleManifest> collect(const BundleSource& source, const ReadOnlyFileSystem& files);

/// SHA-256 of the module's content, lower-case hexadecimal; read in pieces of 256 KiB.
[[nodiscard]] Result<std::string> digest(const Module& module, const ReadOnlyFileSystem& files);

} // namespace pyw::bundle
