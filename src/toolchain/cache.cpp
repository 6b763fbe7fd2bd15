#include <base/hash.hpp>
#include <base/text.hpp>
#include <toolchain/cache.hpp>
#include <toolchain/unpack.hpp>

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>

namespace pyw::toolchain {

namespace {

std::uint64_t tree_size(const ReadOnlyFileSystem& files, const Path& path) {
  std::uint64_t size = 0;
  const auto add = [&](const Path& file) {
    const auto status = files.status(file, FollowLinks::no);
    size += status && *status ? (*status)->size : 0;
  };
  if (!files.is_directory(path)) {
    add(path);
  } else if (const auto tree = list_tree(files, path)) {
    for (const auto& file : *tree) {
      add(path / file);
    }
  }
  return size;
}

PartState damaged(std::string why) {
  return {Condition::damaged, std::move(why), 0};
}

} // namespace

PartState Cache::inspect(const Pin& pin, CheckDepth depth) const {
  const auto folder = folder_of(pin);
  const auto text = m_files.read_if_exists(folder / record_file_name);
  if (!text) {
    return damaged(std::string(text.error().message()));
  }
  if (!*text) {
    return m_files.exists(folder) ? damaged("its record is missing") : PartState{};
  }
  const auto record = parse_tree_record(**text);
  if (!record || sha256_hex(**text) != pin.tree_digest) {
    return damaged("its record is not the pinned one");
  }
  if (auto damage = find_damage(m_files, folder, *record, depth)) {
    return damaged(std::move(*damage));
  }
  PartState state{Condition::ready, {}, 0};
  for (const auto& file : *record) {
    state.size += file.size;
  }
  return state;
}

Result<FileLock> Cache::lock(Reporter& reporter) const {
  const auto path = m_root / "toolchain.lock";
  const auto owner_path = m_root / "toolchain.lock.owner";
  PYW_TRY_ASSIGN(auto lock, FileLock::acquire(path, [&] {
                   const auto owner = m_files.read_if_exists(owner_path);
                   const auto who =
                       owner && *owner ? fmt::format("another pyw (pid {})", trim(**owner)) : "another pyw";
                   reporter.message(fmt::format("waiting for {}, which changes the toolchain", who));
                 }));
  // Only for the message above: who cannot write it still has the lock.
  static_cast<void>(m_files.write(owner_path, fmt::format("{}\n", ::getpid())));
  return lock;
}

Result<Path> Cache::fresh_folder(const Pin& pin) {
  auto fresh = parts_folder() / fmt::format(".new-{}", folder_name(pin));
  PYW_TRY(m_files.remove_all(fresh));
  PYW_TRY(m_files.make_directories(fresh));
  return fresh;
}

Result<void> Cache::place(const Pin& pin, const Path& archive) {
  PYW_TRY_ASSIGN(const auto fresh, fresh_folder(pin));
  auto record = unpack(m_files, archive, pin, fresh);
  auto adopted = record ? adopt(pin, fresh, *record) : failure(std::move(record.error()));
  if (!adopted) {
    static_cast<void>(m_files.remove_all(fresh)); // the first error is the one to tell
  }
  return adopted;
}

Result<void> Cache::adopt(const Pin& pin, const Path& fresh, const TreeRecord& record) {
  const auto text = to_text(record);
  if (sha256_hex(text) != pin.tree_digest) {
    return failure(user_error(fmt::format("the files of {} {} are not the pinned ones (their digest is {})",
                                          pin.name,
                                          pin.version,
                                          sha256_hex(text)),
                              {"fetch it again with `pyw toolchain install --force`"}));
  }
  PYW_TRY(m_files.write(fresh / record_file_name, text));
  return m_files.replace_tree(fresh, folder_of(pin));
}

Result<std::vector<Cache::Leftover>> Cache::leftovers(std::string_view platform) const {
  std::vector<std::string> needed;
  for (const auto part : all_parts()) {
    if (const auto* pin = find_pin(part, platform)) {
      needed.push_back(folder_name(*pin));
    }
  }
  std::vector<Leftover> found;
  for (const auto& folder : {parts_folder(), downloads_folder()}) {
    if (!m_files.is_directory(folder)) {
      continue;
    }
    PYW_TRY_ASSIGN(const auto entries, m_files.list(folder));
    for (const auto& entry : entries) {
      const bool is_needed =
          folder == parts_folder() && std::find(needed.begin(), needed.end(), entry.name) != needed.end();
      if (!is_needed) {
        found.push_back({folder / entry.name, tree_size(m_files, folder / entry.name)});
      }
    }
  }
  return found;
}

} // namespace pyw::toolchain
