#include <base/file_lock.hpp>
#include <base/unique_fd.hpp>
#include <edge/blobs.hpp>
#include <edge/data_places.hpp>
#include <edge/garbage.hpp>
#include <edge/named_blobs.hpp>
#include <runtime/socket_path.hpp>

#include <fmt/core.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cstring>

namespace pyw::edge {

namespace {

/// Whether a process accepts connections on the Unix socket.
bool is_listening(const Path& socket) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const auto text = socket.string();
  if (text.size() >= sizeof address.sun_path) {
    return false;
  }
  std::memcpy(address.sun_path, text.data(), text.size());
  const UniqueFd descriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  return descriptor.valid() &&
         ::connect(descriptor.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

class Inventory {
public:
  Inventory(const DataPlaces& places, World& world) : m_places(places), m_files(world.files) {}

  Result<std::vector<StoredItem>> take() {
    PYW_TRY(add_blobs());
    PYW_TRY(add_work());
    PYW_TRY(add_uploads());
    return std::move(m_items);
  }

  /// As it is now; nullopt when it is gone.
  Result<std::optional<StoredItem>> look_again(StoredItem item) const {
    PYW_TRY(measure(item));
    return item.used_ns == 0 ? std::nullopt : std::optional(std::move(item));
  }

private:
  Result<std::vector<DirectoryEntry>> list(const Path& folder) const {
    return m_files.is_directory(folder) ? m_files.list(folder) : std::vector<DirectoryEntry>{};
  }

  Result<void> measure(StoredItem& item) const {
    if (item.kind == StoredItem::Kind::work) {
      return measure_work(item);
    }
    PYW_TRY_ASSIGN(const auto status, m_files.status(item.path, FollowLinks::no));
    item.bytes = status ? status->size : 0;
    item.used_ns = status ? status->modified_ns : 0;
    return {};
  }

  Result<void> measure_work(StoredItem& item) const {
    PYW_TRY_ASSIGN(const auto folder, m_files.status(item.path));
    item.bytes = 0;
    item.used_ns = folder ? folder->modified_ns : 0;
    if (!folder) {
      return {};
    }
    PYW_TRY_ASSIGN(const auto tree, list_tree(m_files, item.path));
    for (const auto& file : tree) {
      PYW_TRY_ASSIGN(const auto status, m_files.status(item.path / file, FollowLinks::no));
      item.bytes += status ? status->size : 0;
      item.used_ns =
          std::max(item.used_ns, status ? status->modified_ns : 0); // `used`, and what is being made
    }
    item.is_running = is_listening(runtime::socket_path(item.path / "run", "worker.sock"));
    return {};
  }

  Result<void> add(StoredItem::Kind kind, const Path& folder, const std::string& name) {
    StoredItem item{kind, name, folder / name};
    PYW_TRY(measure(item));
    m_items.push_back(std::move(item));
    return {};
  }

  Result<void> add_blobs() {
    PYW_TRY_ASSIGN(const auto groups, list(m_places.blobs));
    for (const auto& group : groups) {
      PYW_TRY_ASSIGN(const auto entries, list(m_places.blobs / group.name));
      for (const auto& entry : entries) {
        const auto kind = is_digest(entry.name) ? StoredItem::Kind::blob : StoredItem::Kind::rest;
        PYW_TRY(add(kind, m_places.blobs / group.name, entry.name));
      }
    }
    return {};
  }

  Result<void> add_work() {
    PYW_TRY_ASSIGN(const auto accounts, list(m_places.work));
    for (const auto& account : accounts) {
      PYW_TRY_ASSIGN(const auto entries, list(m_places.work / account.name));
      for (const auto& entry : entries) {
        if (entry.type == FileType::directory) {
          PYW_TRY(add(StoredItem::Kind::work, m_places.work / account.name, entry.name));
        }
      }
    }
    return {};
  }

  Result<void> add_uploads() {
    PYW_TRY_ASSIGN(const auto entries, list(m_places.uploads));
    for (const auto& entry : entries) {
      PYW_TRY(add(StoredItem::Kind::upload, m_places.uploads, entry.name));
    }
    return {};
  }

  const DataPlaces& m_places;
  FileSystem& m_files;
  std::vector<StoredItem> m_items;
};

Result<NeededItems> read_needed(Records& records, const BlobStore& blobs) {
  NeededItems out;
  PYW_TRY_ASSIGN(const auto versions, records.all_versions());
  for (const auto& version : versions) {
    if (version.assets) { // without it nobody knows what it names
      PYW_TRY(blobs.check(version.assets->manifest));
    }
  }
  for (const auto& [digest, what] : named_blobs(versions, blobs)) {
    out.blobs.insert(digest);
  }
  PYW_TRY_ASSIGN(const auto served, records.served());
  for (const auto& script : served) {
    PYW_TRY_ASSIGN(const auto newest, records.deployments(script.script.account, script.script.name, 2));
    for (const auto& deployment : newest) {
      for (const auto& share : deployment.versions) {
        out.work.insert(share.version);
      }
    }
  }
  return out;
}

/// Under the lock, so that nobody begins to use it between the look and the removal.
Result<bool> remove(const StoredItem& item,
                    const Inventory& inventory,
                    Records& records,
                    const NeededItems& needed,
                    std::chrono::nanoseconds grace,
                    const DataPlaces& places,
                    World& world) {
  PYW_TRY_ASSIGN(auto lock, FileLock::acquire(places.garbage_lock));
  std::optional<FileLock> held(std::move(lock));
  PYW_TRY_ASSIGN(const auto now, inventory.look_again(item));
  const auto now_ns = std::chrono::nanoseconds(world.clock.now().time_since_epoch()).count();
  if (!now || plan_removal({*now}, needed, now_ns, grace).empty()) {
    return false;
  }
  if (item.kind == StoredItem::Kind::blob) {
    PYW_TRY(records.forget_module(item.name));
  }
  if (item.kind != StoredItem::Kind::work) {
    PYW_TRY(world.files.remove_all(item.path));
    return true;
  }
  // Gone at once, so that no start waits for thousands of files to be removed.
  const auto aside = item.path.parent_path() / (".gone-" + item.name);
  PYW_TRY(world.files.remove_all(aside));
  PYW_TRY(world.files.rename(item.path, aside));
  held.reset();
  PYW_TRY(world.files.remove_all(aside));
  return true;
}

} // namespace

std::string_view to_text(StoredItem::Kind kind) {
  switch (kind) {
  case StoredItem::Kind::blob:
    return "blob";
  case StoredItem::Kind::work:
    return "work";
  case StoredItem::Kind::upload:
    return "upload";
  case StoredItem::Kind::rest:
    break;
  }
  return "rest";
}

std::vector<StoredItem> plan_removal(const std::vector<StoredItem>& stored,
                                     const NeededItems& needed,
                                     std::int64_t now_ns,
                                     std::chrono::nanoseconds grace) {
  std::vector<StoredItem> out;
  std::copy_if(stored.begin(), stored.end(), std::back_inserter(out), [&](const StoredItem& item) {
    const bool is_needed = (item.kind == StoredItem::Kind::blob && needed.blobs.contains(item.name)) ||
                           (item.kind == StoredItem::Kind::work && needed.work.contains(item.name));
    return !is_needed && !item.is_running && item.used_ns < now_ns - grace.count();
  });
  return out;
}

Result<GarbageReport> collect_garbage(const Path& data, const GarbageOptions& options, World& world) {
  const auto places = places_in(data);
  PYW_TRY_ASSIGN(auto records, open_records(data, world));
  Inventory inventory(places, world);
  // First what is there, then what is named: a version that is published in between is seen.
  PYW_TRY_ASSIGN(const auto stored, inventory.take());
  PYW_TRY_ASSIGN(const auto needed, read_needed(records, BlobStore(places.blobs, world.files)));
  const auto now_ns = std::chrono::nanoseconds(world.clock.now().time_since_epoch()).count();
  GarbageReport report;
  std::set<Path> gone;
  for (auto& item : plan_removal(stored, needed, now_ns, options.grace)) {
    if (!options.dry_run) {
      PYW_TRY_ASSIGN(const auto removed,
                     remove(item, inventory, records, needed, options.grace, places, world));
      if (!removed) {
        continue;
      }
    }
    gone.insert(item.path);
    report.removed.push_back(std::move(item));
  }
  for (const auto& item : stored) {
    if (!gone.contains(item.path)) {
      ++report.kept;
      report.kept_bytes += item.bytes;
    }
  }
  return report;
}

} // namespace pyw::edge
