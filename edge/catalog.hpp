// Versions by id, for those who start them: also those that are being validated, and are not on record yet.
#pragma once

#include <edge/records.hpp>

#include <cstddef>
#include <deque>
#include <mutex>
#include <string>

namespace pyw::edge {

/// From any thread.
class Catalog {
public:
  explicit Catalog(Records& records) : m_records(records) {}

  /// One that was uploaded a moment ago; the last `most_recent` of them are kept.
  void add(const Version& version);

  /// Fails when it is gone.
  [[nodiscard]] Result<Version> find(const std::string& id);

private:
  static constexpr std::size_t most_recent = 64;

  Records& m_records;
  std::mutex m_mutex;
  std::deque<Version> m_recent;
};

} // namespace pyw::edge
