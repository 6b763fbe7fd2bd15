#include <base/hash.hpp>
#include <base/platform.hpp>
#include <toolchain/archive.hpp>
#include <toolchain/portable.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <optional>

namespace pyw::toolchain {

namespace {

Result<void>
export_part(World& world, const Cache& cache, const Pin& pin, ArchiveWriter& writer, Progress& progress) {
  const auto folder = cache.folder_of(pin);
  PYW_TRY_ASSIGN(const auto text, world.files.read(folder / record_file_name));
  const auto record = parse_tree_record(text);
  if (!record) {
    return failure(user_error(fmt::format("the record of {} is damaged", folder_name(pin)),
                              {"mend it with `pyw toolchain install`"}));
  }
  std::string buffer(1 << 18, '\0');
  std::uint64_t done = 0;
  for (const auto& file : *record) {
    PYW_TRY_ASSIGN(const auto reader, world.files.open(folder / file.path));
    PYW_TRY(writer.begin_file(folder_name(pin) + "/" + file.path, file.size, file.executable));
    for (std::size_t got = 1; got > 0; done += got) {
      PYW_TRY_ASSIGN(got, reader->read(buffer.data(), buffer.size()));
      PYW_TRY(writer.bytes(std::string_view(buffer).substr(0, got)));
      progress.update(done, 0);
    }
  }
  return {};
}

/// Takes the files of one part after the other, as export_parts() wrote them.
class Importer final : public ArchiveVisitor {
public:
  Importer(World& world, Cache& cache, Progress& progress)
      : m_world(world), m_cache(cache), m_progress(progress) {}

  [[nodiscard]] Result<bool> begin_file(const std::string& path) override {
    const auto slash = path.find('/');
    const auto folder = path.substr(0, slash);
    if (m_pin == nullptr || folder_name(*m_pin) != folder) {
      PYW_TRY(finish_part());
      PYW_TRY(start_part(folder));
    }
    if (m_pin == nullptr || slash == std::string::npos) {
      return false; // of another platform or another version of pyw
    }
    m_file = {};
    m_file.path = path.substr(slash + 1);
    m_file.executable = m_file.path == m_pin->program;
    m_hasher = Hasher(HashKind::sha256);
    PYW_TRY_ASSIGN(m_writer, m_world.files.create(m_fresh / m_file.path, m_file.executable ? 0755 : 0644));
    return true;
  }

  [[nodiscard]] Result<void> bytes(std::string_view piece) override {
    m_file.size += piece.size();
    m_done += piece.size();
    m_progress.update(m_done, 0);
    m_hasher.update(piece);
    return m_writer->write(piece);
  }

  [[nodiscard]] Result<void> end_file() override {
    PYW_TRY(m_writer->commit());
    m_file.sha256 = to_hex(m_hasher.finish());
    m_record.push_back(m_file);
    return {};
  }

  /// Checks the part whose files have all come, and puts it in place.
  [[nodiscard]] Result<void> finish_part() {
    if (m_pin == nullptr) {
      return {};
    }
    const auto* pin = std::exchange(m_pin, nullptr);
    std::sort(m_record.begin(), m_record.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
    auto adopted = m_cache.adopt(*pin, m_fresh, m_record);
    if (!adopted) {
      static_cast<void>(m_world.files.remove_all(m_fresh));
      return adopted;
    }
    m_imported.push_back(pin);
    return {};
  }

  /// After a failure: nothing half-written stays.
  void abandon() {
    if (m_pin != nullptr) {
      m_writer.reset();
      static_cast<void>(m_world.files.remove_all(m_fresh));
    }
  }

  [[nodiscard]] const std::vector<const Pin*>& imported() const { return m_imported; }

private:
  [[nodiscard]] Result<void> start_part(const std::string& folder) {
    const auto pins = all_pins();
    const auto found =
        std::find_if(pins.begin(), pins.end(), [&](const Pin& pin) { return folder_name(pin) == folder; });
    if (found == pins.end() || find_pin(found->part, platform::machine_name()) != &*found) {
      return {};
    }
    m_record.clear();
    PYW_TRY_ASSIGN(m_fresh, m_cache.fresh_folder(*found));
    m_pin = &*found;
    m_progress.label(folder);
    return {};
  }

  World& m_world;
  Cache& m_cache;
  Progress& m_progress;
  const Pin* m_pin = nullptr;
  Path m_fresh;
  TreeRecord m_record;
  RecordedFile m_file;
  Hasher m_hasher{HashKind::sha256};
  std::unique_ptr<FileWriter> m_writer;
  std::vector<const Pin*> m_imported;
  std::uint64_t m_done = 0;
};

} // namespace

Result<void>
export_parts(World& world, const Cache& cache, std::span<const Pin* const> pins, const Path& archive) {
  const auto progress = world.reporter.progress("exporting", ProgressUnit::bytes);
  PYW_TRY_ASSIGN(const auto writer, write_archive(world.files, archive));
  for (const auto* pin : pins) {
    progress->label(folder_name(*pin));
    PYW_TRY(export_part(world, cache, *pin, *writer, *progress));
  }
  return writer->commit();
}

Result<std::vector<const Pin*>> import_parts(World& world, Cache& cache, const Path& archive) {
  const auto progress = world.reporter.progress("importing", ProgressUnit::bytes);
  Importer importer(world, cache, *progress);
  auto read = read_archive(world.files, archive, importer);
  if (read) {
    read = importer.finish_part();
  }
  if (!read) {
    importer.abandon();
    return failure(std::move(read.error()));
  }
  if (importer.imported().empty()) {
    return failure(user_error(fmt::format("`{}` has no part that pyw " PYW_VERSION " uses on {}",
                                          archive.string(),
                                          platform::machine_name()),
                              {"export it with the same version of pyw, on a machine of the same kind"}));
  }
  return importer.imported();
}

} // namespace pyw::toolchain
