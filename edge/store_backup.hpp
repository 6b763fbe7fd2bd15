// Copies of what Workers keep (KV, D1, R2, Durable Objects …: files of workerd's below data/ACCOUNT) while
// they write to it.
#pragma once

#include <base/world.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace pyw::edge {

struct StoreReport {
  std::size_t databases = 0;
  std::uint64_t bytes = 0;
  std::vector<std::string> damaged = {}; ///< databases that SQLite finds damaged; left out
};

/// All below `from`, but what is made anew at each start (the folders `run`). Each database is as it is at
/// one moment of its own (Database::copy), with every file that it names by then: those that are written once
/// are copied before and after it. Fails when the disk does.
[[nodiscard]] Result<StoreReport> copy_stores(const Path& from, const Path& to, FileSystem& files);

} // namespace pyw::edge
