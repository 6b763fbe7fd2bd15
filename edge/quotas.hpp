// What one account may have of the server: Workers, bytes, uploads at once.
#pragma once

#include <edge/blobs.hpp>
#include <edge/exchange.hpp>
#include <edge/records.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace pyw::edge {

/// Of each account; 0 is no limit.
struct Quotas {
  std::size_t scripts = 0;
  /// Of modules, snapshots and static assets that its versions name, each content counted once.
  std::uint64_t bytes = 0;
  /// The API has four threads: an account leaves one to the others.
  std::size_t uploads = 3;
};

/// Why the account may not have another Worker; nullopt when it may.
[[nodiscard]] std::optional<Problem> check_script_quota(const Quotas& quotas, std::size_t scripts);

/// Bytes of what the versions name.
[[nodiscard]] std::uint64_t stored_bytes(const std::vector<Version>& versions, const BlobStore& blobs);

/// Why the account may not keep `fresh` beside what it has; nullopt when it may. Fails when the records do.
[[nodiscard]] Result<std::optional<Problem>>
check_byte_quota(const Quotas& quotas, const Version& fresh, Records& records, const BlobStore& blobs);

/// Uploads under way by account. Any thread may call.
class UploadTurns {
public:
  /// One upload under way while it lives.
  class Turn {
  public:
    Turn(UploadTurns& turns, std::string account) : m_turns(&turns), m_account(std::move(account)) {}

    ~Turn();
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

  private:
    UploadTurns* m_turns;
    std::string m_account;
  };

  /// nullptr when the account has `most` under way already; 0 is no limit.
  [[nodiscard]] std::unique_ptr<Turn> take(const std::string& account, std::size_t most);

private:
  std::mutex m_mutex;
  std::map<std::string, std::size_t> m_under_way;
};

} // namespace pyw::edge
