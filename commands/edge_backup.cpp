#include <base/defer.hpp>
#include <base/json.hpp>
#include <base/text.hpp>
#include <commands/edge_support.hpp>
#include <edge/backup.hpp>
#include <toolchain/archive.hpp>

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include <memory>

namespace pyw::commands {

namespace {

struct Options {
  std::optional<Path> data;
  Path place;
  bool with_key = false;
  bool replace = false;
};

/// Beyond it a folder is the better form: a blob is one file.
constexpr toolchain::ArchiveLimits limits{std::uint64_t{1} << 40U, 10'000'000};

bool is_archive(const Path& path) {
  return path.string().ends_with(".tar.zst");
}

Path beside(const Path& file, std::string_view what) {
  return file.parent_path() / fmt::format(".{}.{}.{}", file.filename().string(), ::getpid(), what);
}

Result<void> pack(const Path& folder, const Path& archive, FileSystem& files) {
  PYW_TRY_ASSIGN(const auto tree, list_tree(files, folder));
  PYW_TRY_ASSIGN(const auto writer, toolchain::write_archive(files, archive));
  for (const auto& path : tree) {
    PYW_TRY_ASSIGN(const auto content, files.read(folder / path));
    PYW_TRY(writer->begin_file(path.generic_string(), content.size(), false));
    PYW_TRY(writer->bytes(content));
  }
  return writer->commit();
}

class Unpacker final : public toolchain::ArchiveVisitor {
public:
  Unpacker(Path folder, FileSystem& files) : m_folder(std::move(folder)), m_files(files) {}

  [[nodiscard]] Result<bool> begin_file(const std::string& path) override {
    PYW_TRY_ASSIGN(m_writer, m_files.create(m_folder / path, 0600));
    return true;
  }

  [[nodiscard]] Result<void> bytes(std::string_view piece) override { return m_writer->write(piece); }

  [[nodiscard]] Result<void> end_file() override { return m_writer->commit(); }

private:
  Path m_folder;
  FileSystem& m_files;
  std::unique_ptr<FileWriter> m_writer;
};

Json to_json(const edge::BackupReport& report) {
  return {{"scripts", report.scripts},
          {"versions", report.versions},
          {"blobs", report.blobs},
          {"databases", report.databases},
          {"bytes", report.bytes},
          {"key", report.has_key},
          {"damaged", report.damaged}};
}

/// Exit code 1 when something was damaged: what is good was kept nevertheless.
int tell(const edge::BackupReport& report, std::string_view what, Context& context) {
  auto& reporter = context.world.reporter;
  if (context.options.format == OutputFormat::json) {
    reporter.data(to_json(report).dump() + "\n");
  } else {
    reporter.message(fmt::format("{}: {}, {}, {} of content",
                                 what,
                                 counted(report.scripts, "Worker", "Workers"),
                                 counted(report.versions, "version", "versions"),
                                 human_size(report.bytes)));
  }
  for (const auto& damaged : report.damaged) {
    reporter.report({Severity::error, damaged});
  }
  return report.damaged.empty() ? 0 : 1;
}

Result<int> backup(const Options& options, Context& context) {
  auto& world = context.world;
  const auto data = edge_data(options.data, context);
  const auto place = (context.options.directory / options.place).lexically_normal();
  const auto key = options.with_key ? edge::WithKey::yes : edge::WithKey::no;
  if (!is_archive(place)) {
    PYW_TRY_ASSIGN(const auto report, edge::make_backup(data, place, key, world));
    return tell(report, "Kept", context);
  }
  if (world.files.exists(place)) {
    return failure(user_error(fmt::format("`{}` is there already", place.string())));
  }
  const auto folder = beside(place, "folder");
  const Defer remove([&] { static_cast<void>(world.files.remove_all(folder)); });
  PYW_TRY_ASSIGN(const auto report, edge::make_backup(data, folder, key, world));
  PYW_TRY(pack(folder, place, world.files));
  return tell(report, "Kept", context);
}

Result<int> restore(const Options& options, Context& context) {
  auto& world = context.world;
  const auto data = edge_data(options.data, context);
  const auto place = (context.options.directory / options.place).lexically_normal();
  const auto replace = options.replace ? edge::Replace::yes : edge::Replace::no;
  auto folder = place;
  const Defer remove([&] {
    if (folder != place) {
      static_cast<void>(world.files.remove_all(folder));
    }
  });
  if (is_archive(place)) {
    folder = beside(data, "unpacked");
    Unpacker unpacker(folder, world.files);
    PYW_TRY(toolchain::read_archive(world.files, place, unpacker, limits));
  }
  PYW_TRY_ASSIGN(const auto report, edge::restore_backup(folder, data, replace, world));
  if (!report.has_key) {
    world.reporter.report({Severity::warning,
                           "the backup came without the key: Workers with secrets do not start",
                           {},
                           {},
                           1,
                           {fmt::format("put it at `{}`, mode 0600", (data / "key").string())}});
  }
  return tell(report, "Restored", context);
}

Runner declare(CLI::App& app, bool is_restore) {
  auto options = std::make_shared<Options>();
  app.add_option("place", options->place, "a folder, or a file that ends in .tar.zst")
      ->type_name("PATH")
      ->required();
  app.add_option("--data", options->data, "the server's folder (default: ~/.local/share/pyw/edge)")
      ->type_name("DIR");
  if (is_restore) {
    app.add_flag("--replace", options->replace, "remove the data that is there");
    return [options](Context& context) { return restore(*options, context); };
  }
  app.add_flag("--with-key", options->with_key, "with the key that unseals the secrets");
  return [options](Context& context) { return backup(*options, context); };
}

} // namespace

Runner declare_edge_backup(CLI::App& app) {
  return declare(app, false);
}

Runner declare_edge_restore(CLI::App& app) {
  return declare(app, true);
}

} // namespace pyw::commands
