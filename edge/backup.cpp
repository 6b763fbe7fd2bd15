#include <base/defer.hpp>
#include <base/file_lock.hpp>
#include <base/json.hpp>
#include <base/platform.hpp>
#include <edge/backup.hpp>
#include <edge/blobs.hpp>
#include <edge/data_places.hpp>
#include <edge/database.hpp>
#include <edge/named_blobs.hpp>
#include <edge/store_backup.hpp>

#include <fmt/core.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include <set>

namespace pyw::edge {

namespace {

constexpr int format = 1;

Path note_in(const Path& backup) {
  return backup / "backup.json";
}

/// A folder beside `target` that becomes it, or is removed.
Path beside(const Path& target) {
  return target.parent_path() / fmt::format(".{}.{}.tmp", target.filename().string(), ::getpid());
}

Result<void> make_private(const Path& folder, FileSystem& files) {
  PYW_TRY(files.make_directories(folder));
  if (::chmod(folder.c_str(), 0700) != 0) {
    return failure(system_error(fmt::format("cannot keep others out of `{}`", folder.string()), errno));
  }
  return {};
}

/// Copies records and blobs; both folders are laid out alike.
Result<BackupReport> copy_data(const Path& from, const Path& to, World& world) {
  auto& files = world.files;
  const auto source = places_in(from);
  const auto target = places_in(to);
  BackupReport report;
  PYW_TRY(Database::copy(source.records.string(), target.records.string()));
  PYW_TRY_ASSIGN(auto records, Records::open(target.records.string(), world.clock));
  PYW_TRY_ASSIGN(const auto versions, records.all_versions());
  PYW_TRY_ASSIGN(const auto served, records.served());
  std::set<std::string> accounts;
  for (const auto& script : served) {
    accounts.insert(script.script.account);
  }
  report.accounts = accounts.size();
  report.scripts = served.size();
  report.versions = versions.size();
  const BlobStore blobs(source.blobs, files);
  const BlobStore copies(target.blobs, files);
  for (const auto& [digest, what] : named_blobs(versions, blobs)) {
    const auto content = blobs.read(digest);
    if (!content) {
      report.damaged.push_back(fmt::format("{}: {}", what, content.error().message()));
      continue;
    }
    PYW_TRY_ASSIGN(const auto writer, files.create(copies.path_of(digest), 0600));
    PYW_TRY(writer->write(*content));
    PYW_TRY(writer->commit());
    ++report.blobs;
    report.bytes += content->size();
  }
  // After the records: a store that they name is there.
  PYW_TRY_ASSIGN(auto stores, copy_stores(from / "data", to / "data", files));
  report.databases = stores.databases;
  report.bytes += stores.bytes;
  report.damaged.insert(report.damaged.end(), stores.damaged.begin(), stores.damaged.end());
  return report;
}

Result<bool> copy_key(const Path& from, const Path& to, FileSystem& files) {
  PYW_TRY_ASSIGN(const auto key, files.read_if_exists(from));
  if (!key) {
    return false;
  }
  PYW_TRY(files.write(to, *key, 0600));
  return true;
}

Result<void> check_is_backup(const Path& backup, const FileSystem& files) {
  PYW_TRY_ASSIGN(const auto text, files.read_if_exists(note_in(backup)));
  const auto note = Json::parse(text.value_or(""), nullptr, false);
  if (!note.is_object() || !note.contains("format")) {
    return failure(user_error(fmt::format("`{}` is no backup of `pyw edge`", backup.string())));
  }
  if (note["format"] != format) {
    return failure(user_error("the backup is of a newer pyw", {"restore it with the pyw that made it"}));
  }
  return {};
}

} // namespace

Result<BackupReport> make_backup(const Path& data, const Path& target, WithKey key, World& world) {
  auto& files = world.files;
  const auto places = places_in(data);
  if (!files.is_file(places.records)) {
    return failure(user_error(fmt::format("`{}` has no data of `pyw edge`", data.string()),
                              {"`--data DIR` names the server's folder"}));
  }
  if (files.exists(target)) {
    return failure(user_error(fmt::format("`{}` is there already", target.string()),
                              {"give each backup a name of its own"}));
  }
  const BlobStore blobs(places.blobs, files, places.garbage_lock);
  PYW_TRY_ASSIGN(const auto hold, blobs.hold()); // what the copied records name stays until it is copied
  const auto fresh = beside(target);
  Defer remove_fresh([&] { static_cast<void>(files.remove_all(fresh)); });
  PYW_TRY(make_private(fresh, files));
  PYW_TRY_ASSIGN(auto report, copy_data(data, fresh, world));
  if (key == WithKey::yes) {
    PYW_TRY_ASSIGN(report.has_key, copy_key(places.key, places_in(fresh).key, files));
  }
  PYW_TRY_ASSIGN(auto records, Records::open(places_in(fresh).records.string(), world.clock));
  const Json note = {{"format", format},
                     {"made", records.now()},
                     {"scripts", report.scripts},
                     {"versions", report.versions},
                     {"blobs", report.blobs},
                     {"databases", report.databases},
                     {"bytes", report.bytes},
                     {"key", report.has_key}};
  PYW_TRY(files.write(note_in(fresh), note.dump(2) + "\n", 0600));
  PYW_TRY(platform::flush_file_system(fresh));
  PYW_TRY(files.rename(fresh, target));
  remove_fresh.dismiss();
  return report;
}

Result<BackupReport> restore_backup(const Path& backup, const Path& data, Replace replace, World& world) {
  auto& files = world.files;
  PYW_TRY(check_is_backup(backup, files));
  const auto places = places_in(data);
  std::optional<FileLock> lock;
  if (files.exists(data)) {
    PYW_TRY_ASSIGN(lock, FileLock::try_acquire(places.lock));
    if (!lock) {
      return failure(user_error(fmt::format("a `pyw edge serve` has `{}`", data.string()), {"end it first"}));
    }
    if (files.exists(places.records) && replace == Replace::no) {
      return failure(user_error(fmt::format("`{}` has data already", data.string()),
                                {"`--replace` puts the backup in its place; what is there is removed"}));
    }
  }
  const auto fresh = beside(data);
  Defer remove_fresh([&] { static_cast<void>(files.remove_all(fresh)); });
  PYW_TRY(make_private(fresh, files));
  PYW_TRY_ASSIGN(auto report, copy_data(backup, fresh, world));
  const auto key = places_in(fresh).key;
  PYW_TRY_ASSIGN(report.has_key, copy_key(places_in(backup).key, key, files));
  if (!report.has_key) {
    PYW_TRY_ASSIGN(report.has_key, copy_key(places.key, key, files));
  }
  PYW_TRY(platform::flush_file_system(fresh));
  PYW_TRY(files.replace_tree(fresh, data));
  remove_fresh.dismiss();
  return report;
}

} // namespace pyw::edge
