#include <edge/database.hpp>
#include <edge/store_backup.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <set>

namespace pyw::edge {

namespace {

constexpr std::size_t piece_bytes = std::size_t{1} << 20U;

bool is_database(const Path& path) {
  return path.extension() == ".sqlite";
}

/// What belongs to a database and goes with it (SQLite's file format, 1.1), or is no data.
bool is_left_out(const Path& path) {
  const auto name = path.filename().string();
  const bool beside = name.ends_with("-wal") || name.ends_with("-shm") || name.ends_with("-journal");
  return beside || std::find(path.begin(), path.end(), Path("run")) != path.end();
}

/// Whether it was still there.
Result<bool> copy_file(const Path& from, const Path& to, StoreReport& report, FileSystem& files) {
  PYW_TRY_ASSIGN(const auto status, files.status(from, FollowLinks::no));
  if (!status || status->type != FileType::file) {
    return false;
  }
  const auto reader = files.open(from);
  if (!reader) {
    return files.exists(from) ? Result<bool>(failure(reader.error())) : false;
  }
  PYW_TRY_ASSIGN(const auto writer, files.create(to, 0600));
  std::string piece(piece_bytes, '\0');
  for (;;) {
    PYW_TRY_ASSIGN(const auto count, (*reader)->read(piece.data(), piece.size()));
    if (count == 0) {
      break;
    }
    PYW_TRY(writer->write(std::string_view(piece).substr(0, count)));
    report.bytes += count;
  }
  PYW_TRY(writer->commit());
  return true;
}

class StoreCopy {
public:
  StoreCopy(const Path& from, const Path& to, FileSystem& files) : m_from(from), m_to(to), m_files(files) {}

  Result<StoreReport> run() {
    PYW_TRY(copy_plain());
    PYW_TRY(copy_databases());
    PYW_TRY(copy_plain()); // what a database's copy names, and was written since
    return std::move(m_report);
  }

private:
  Result<std::vector<Path>> list() const {
    PYW_TRY_ASSIGN(auto tree, list_tree(m_files, m_from));
    std::erase_if(tree, is_left_out);
    return tree;
  }

  Result<void> copy_plain() {
    PYW_TRY_ASSIGN(const auto tree, list());
    for (const auto& path : tree) {
      if (!is_database(path) && !m_copied.contains(path)) {
        PYW_TRY_ASSIGN(const auto copied, copy_file(m_from / path, m_to / path, m_report, m_files));
        if (copied) {
          m_copied.insert(path);
        }
      }
    }
    return {};
  }

  Result<void> copy_databases() {
    PYW_TRY_ASSIGN(const auto tree, list());
    for (const auto& path : tree) {
      if (!is_database(path)) {
        continue;
      }
      PYW_TRY(m_files.make_directories((m_to / path).parent_path()));
      const auto copied = Database::copy((m_from / path).string(), (m_to / path).string());
      if (!copied && copied.error().no_space) {
        return failure(copied.error());
      }
      if (!copied) {
        PYW_TRY(m_files.remove_all(m_to / path));
        m_report.damaged.push_back(
            fmt::format("data of Workers, `{}`: {}", path.string(), copied.error().message()));
        continue;
      }
      ++m_report.databases;
      PYW_TRY_ASSIGN(const auto status, m_files.status(m_to / path));
      m_report.bytes += status ? status->size : 0;
    }
    return {};
  }

  const Path& m_from;
  const Path& m_to;
  FileSystem& m_files;
  std::set<Path> m_copied;
  StoreReport m_report;
};

} // namespace

Result<StoreReport> copy_stores(const Path& from, const Path& to, FileSystem& files) {
  return files.is_directory(from) ? StoreCopy(from, to, files).run() : StoreReport{};
}

} // namespace pyw::edge
