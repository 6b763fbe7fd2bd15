#include <base/hash.hpp>
#include <runtime/guest_files.hpp>
#include <runtime/guest_store.hpp>
#include <runtime/pack.hpp>
#include <runtime/precompile.hpp>

#include <fmt/core.h>
#include <unistd.h>

namespace pyw::runtime {

namespace {

constexpr std::size_t digest_shown = 16; // hexadecimal digits: 64 bits, enough to tell versions apart

std::string short_digest(std::string_view bytes) {
  return sha256_hex(bytes).substr(0, digest_shown);
}

constexpr std::string_view python_prefix = "python/";

/// Of the packs that are kept: packs of another pyw, which this one could not read or would not have written
/// so, have other names.
constexpr int pack_format = 2;

std::string guest_digest() {
  Hasher hasher(HashKind::sha256);
  for (const auto& file : guest_files()) {
    hasher.update(file.path);
    hasher.update(std::string_view("\0", 1));
    hasher.update(file.content);
  }
  return to_hex(hasher.finish()).substr(0, digest_shown);
}

std::string stat_key(const bundle::BundleManifest& bundle, const ReadOnlyFileSystem& files) {
  Hasher hasher(HashKind::sha256);
  hasher.update(fmt::format("{}\n", pack_format));
  for (const auto& module : bundle.modules) {
    if (module.origin != bundle::Origin::vendored) {
      continue;
    }
    const auto status = files.status(module.source);
    const auto time = status && *status ? (*status)->modified_ns : 0;
    hasher.update(fmt::format("{}\n{}\n{}\n", module.path, module.size, time));
  }
  return to_hex(hasher.finish());
}

} // namespace

Result<Path> store_guest(const Path& cache, FileSystem& files) {
  const auto folder = cache / ("guest-" + guest_digest());
  const auto python = folder / "guest.pack";
  if (files.is_file(python)) {
    return folder;
  }
  std::vector<PackFile> python_files;
  for (const auto& file : guest_files()) {
    if (file.path.starts_with(python_prefix)) {
      python_files.push_back(
          {std::string(file.path.substr(python_prefix.size())), std::string(file.content)});
    } else {
      PYW_TRY(files.write(folder / file.path, file.content));
    }
  }
  PYW_TRY(files.write(python, make_pack(python_files))); // last: its presence says that all is there
  return folder;
}

Result<PackagesPack>
store_packages(const bundle::BundleManifest& bundle, const Path& run_directory, FileSystem& files) {
  const auto pack_file = run_directory / "packages.pack";
  const auto libraries_file = run_directory / "libraries.pack";
  const auto stamp_file = run_directory / "packages.stamp";
  const auto key = stat_key(bundle, files);
  PYW_TRY_ASSIGN(const auto stamp, files.read_if_exists(stamp_file));
  // The stamp holds the key and, behind a blank, the digest of the content.
  if (stamp && stamp->starts_with(key + " ") && files.is_file(pack_file)) {
    const auto libraries = files.is_file(libraries_file) ? std::optional(libraries_file) : std::nullopt;
    return PackagesPack{pack_file, stamp->substr(key.size() + 1), libraries};
  }
  std::vector<PackSource> sources;
  for (const auto& module : bundle.modules) {
    if (module.origin == bundle::Origin::vendored) {
      sources.push_back({module.path, module.source});
    }
  }
  PYW_TRY_ASSIGN(const auto pack, make_pack(sources, files));
  const auto digest = short_digest(pack);
  PYW_TRY(files.remove_all(stamp_file)); // the new pack must not be taken for the old one
  PYW_TRY_ASSIGN(const auto compressed, compress_pack(pack));
  PYW_TRY_ASSIGN(const auto libraries, pick_libraries(pack));
  PYW_TRY(files.write(pack_file, compressed));
  PYW_TRY(libraries ? files.write(libraries_file, *libraries) : files.remove_all(libraries_file));
  PYW_TRY(files.write(stamp_file, key + " " + digest));
  return PackagesPack{pack_file, digest, libraries ? std::optional(libraries_file) : std::nullopt};
}

ByteCode store_byte_code(const config::Project& project,
                         const RuntimeParts& parts,
                         const Path& guest,
                         const PackagesPack& packages,
                         World& world) {
  auto& files = world.files;
  const auto guest_pack = guest / "guest.pack";
  const auto& version = parts.pyodide_version;
  const auto guest_name = guest.filename().string();
  const auto kept = [&](const std::string& what) {
    return parts.cache / fmt::format("{}-{}-{}.pack", what, version, pack_format);
  };
  const auto library = kept("library");
  const auto guest_code = kept(guest_name);
  const auto package_code = kept("packages-" + packages.digest);

  std::vector<CompileJob> jobs;
  const auto want = [&](CompileInput kind, const Path& input, const std::string& prefix, const Path& output) {
    if (!files.is_file(output)) {
      jobs.push_back({kind, input, prefix, output});
    }
  };
  want(CompileInput::standard_library, parts.pyodide / "python_stdlib.zip", "/lib/pyw/", library);
  want(CompileInput::pack, guest_pack, "/lib/pyw/", guest_code);
  want(CompileInput::pack, packages.pack, "/session/metadata/", package_code);
  if (!jobs.empty()) {
    const auto progress = world.reporter.progress("compiling Python to byte code", ProgressUnit::items);
    const auto scratch = parts.cache / fmt::format(".compile-{}", ::getpid());
    const CompileSetup setup{parts, project.python_version, guest, guest_pack, scratch};
    if (const auto compiled = compile_to_byte_code(setup, jobs, world); !compiled) {
      world.reporter.report(
          {Severity::warning, std::string(compiled.error().message()) + "; the Worker will start slower"});
    }
  }
  const auto code_of_packages = files.is_file(package_code) ? std::optional(package_code) : std::nullopt;
  if (!files.is_file(library) || !files.is_file(guest_code)) {
    return {{guest_pack}, true, code_of_packages};
  }
  return {{library, guest_pack, guest_code}, false, code_of_packages};
}

} // namespace pyw::runtime
