#include <base/text.hpp>
#include <edge/named_blobs.hpp>
#include <edge/quotas.hpp>

#include <fmt/core.h>

#include <filesystem>

namespace pyw::edge {

namespace {

// The platform's codes for too many Workers, and for a request that goes beyond what is allowed.
constexpr int too_many_scripts = 10037;
constexpr int too_much = 10013;

} // namespace

std::optional<Problem> check_script_quota(const Quotas& quotas, std::size_t scripts) {
  if (quotas.scripts == 0 || scripts < quotas.scripts) {
    return std::nullopt;
  }
  return Problem{403,
                 too_many_scripts,
                 fmt::format("the account has {}, which is all that this server allows",
                             counted(scripts, "Worker", "Workers"))};
}

std::uint64_t stored_bytes(const std::vector<Version>& versions, const BlobStore& blobs) {
  std::uint64_t sum = 0;
  for (const auto& [digest, what] : named_blobs(versions, blobs)) {
    std::error_code code;
    const auto size = std::filesystem::file_size(blobs.path_of(digest), code);
    sum += code ? 0 : size; // a missing one takes no room
  }
  return sum;
}

Result<std::optional<Problem>>
check_byte_quota(const Quotas& quotas, const Version& fresh, Records& records, const BlobStore& blobs) {
  if (quotas.bytes == 0) {
    return std::nullopt;
  }
  std::vector<Version> versions{fresh};
  PYW_TRY_ASSIGN(auto all, records.all_versions());
  for (auto& version : all) {
    if (version.account == fresh.account) {
      versions.push_back(std::move(version));
    }
  }
  const auto bytes = stored_bytes(versions, blobs);
  if (bytes <= quotas.bytes) {
    return std::nullopt;
  }
  return Problem{
      403,
      too_much,
      fmt::format("with this version the account's Workers would have {}, this server allows {}: delete "
                  "Workers that are not needed",
                  human_size(bytes),
                  human_size(quotas.bytes))};
}

UploadTurns::Turn::~Turn() {
  const std::lock_guard lock(m_turns->m_mutex);
  const auto found = m_turns->m_under_way.find(m_account);
  if (--found->second == 0) {
    m_turns->m_under_way.erase(found);
  }
}

std::unique_ptr<UploadTurns::Turn> UploadTurns::take(const std::string& account, std::size_t most) {
  const std::lock_guard lock(m_mutex);
  auto& under_way = m_under_way[account];
  if (most != 0 && under_way >= most) {
    return nullptr;
  }
  ++under_way;
  return std::make_unique<Turn>(*this, account);
}

} // namespace pyw::edge
