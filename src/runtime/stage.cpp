#include <base/hash.hpp>
#include <runtime/javascript_worker.hpp>
#include <runtime/pack.hpp>
#include <runtime/stage.hpp>

namespace pyw::runtime {

namespace {

/// The Worker's own modules, small: compiled at each start.
Result<std::string> own_modules(const bundle::BundleManifest& bundle, const ReadOnlyFileSystem& files) {
  std::vector<PackSource> sources{{bundle.entry.path, bundle.entry.source}};
  for (const auto& module : bundle.modules) {
    if (module.origin == bundle::Origin::own) {
      sources.push_back({module.path, module.source});
    }
  }
  return make_pack(sources, files);
}

} // namespace

Result<StagedWorker> stage(const config::Project& project,
                           const bundle::BundleManifest& bundle,
                           const RuntimeParts& parts,
                           const Path& run_directory,
                           World& world) {
  auto& files = world.files;
  StagedWorker staged;
  PYW_TRY_ASSIGN(staged.entry_text, files.read(bundle.entry.source));
  PYW_TRY_ASSIGN(staged.guest, store_guest(parts.cache, files));
  PYW_TRY_ASSIGN(staged.packages, store_packages(bundle, run_directory, files));
  PYW_TRY_ASSIGN(const auto own, own_modules(bundle, files));
  staged.own_pack = run_directory / "app.pack";
  staged.own_digest = sha256_hex(own);
  PYW_TRY_ASSIGN(const auto writer,
                 files.create(staged.own_pack)); // made anew at every start: not flushed to disk
  PYW_TRY(writer->write(own));
  PYW_TRY(writer->commit());
  if (!is_javascript(bundle)) {
    staged.code = store_byte_code(project, parts, staged.guest, staged.packages, world);
  }
  return staged;
}

} // namespace pyw::runtime
