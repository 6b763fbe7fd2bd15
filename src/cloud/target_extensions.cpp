#include <base/text.hpp>
#include <cloud/target_extensions.hpp>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>

namespace pyw::cloud {

namespace {

using std::chrono::milliseconds;

constexpr int most_failures = 5; ///< in a row, without progress
constexpr int most_rounds = 2;   ///< from the first byte on, when the digest does not come out right
constexpr milliseconds longest_wait{60'000};

std::string extension_path(const std::string& account, std::string_view what) {
  return fmt::format("{}/workers/pyw/{}", account_path(account), what);
}

std::uint64_t number_at(const Json& object, const char* key) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  return object.is_object() && found != object.end() && found->is_number_unsigned()
             ? found->get<std::uint64_t>()
             : 0;
}

bool is_unknown_path(const ApiFailure& failure) {
  return failure.kind != ApiFailure::Kind::unreachable && failure.status >= 400 && failure.status < 500 &&
         failure.status != 401 && failure.status != 403 && failure.status != 429;
}

/// How far the target has come with a snapshot.
struct Progressed {
  std::uint64_t received = 0;
  bool complete = false;
};

class SnapshotUpload {
public:
  SnapshotUpload(Api& api, const std::string& account, const PackedSnapshot& snapshot, std::size_t piece)
      : m_api(api), m_path(extension_path(account, "snapshots/" + snapshot.digest)), m_snapshot(snapshot),
        m_piece(piece),
        m_bar(api.world().reporter.progress("Uploading the memory snapshot", ProgressUnit::bytes)) {}

  Result<SnapshotSent> run() {
    PYW_TRY(ask());
    while (!m_at.complete) {
      if (m_at.received >= m_snapshot.size) {
        PYW_TRY(start_over());
      }
      PYW_TRY(send_piece());
      m_bar->update(m_at.received, m_snapshot.size);
    }
    return m_sent;
  }

private:
  /// The target's own word on how much it has.
  Result<void> ask() {
    auto call = get(m_path);
    call.retry = Retry::yes;
    const auto answer = m_api.call(call);
    if (answer) {
      return take(*answer);
    }
    if (answer.error().status != 404) {
      return failure(to_error(answer.error()));
    }
    m_at = {};
    return {};
  }

  Result<void> take(const Json& answer) {
    const auto digest = answer.is_object() ? answer.value("digest", Json()) : Json();
    const auto received = number_at(answer, "received");
    if (digest != Json(m_snapshot.digest) || received > m_snapshot.size) {
      return failure(user_error("the target answers for another snapshot than the one that is sent",
                                {"it does not keep to docs/target-extensions.md"}));
    }
    m_at = {received, answer.value("complete", Json(false)) == Json(true)};
    return {};
  }

  /// All bytes are there and the target does not take them for the snapshot: from the first byte on, once.
  Result<void> start_over() {
    if (++m_rounds >= most_rounds) {
      return failure(user_error("the target has all bytes of the snapshot and does not confirm its digest"));
    }
    m_at = {};
    return {};
  }

  Result<std::string> piece_at(std::uint64_t offset) {
    PYW_TRY_ASSIGN(const auto reader, m_api.world().files.open(m_snapshot.file));
    const auto end = std::min<std::uint64_t>(m_snapshot.size, offset + m_piece);
    std::string piece(static_cast<std::size_t>(std::min<std::uint64_t>(end, m_piece)), '\0');
    for (std::uint64_t at = 0; at < end;) {
      // What lies before the piece is read over; then the piece itself is filled.
      const auto filled = at < offset ? 0 : static_cast<std::size_t>(at - offset);
      const auto room =
          at < offset ? std::min<std::uint64_t>(offset - at, piece.size()) : end - offset - filled;
      PYW_TRY_ASSIGN(const auto count, reader->read(piece.data() + filled, static_cast<std::size_t>(room)));
      if (count == 0) {
        return failure(user_error(fmt::format("`{}` has become shorter", m_snapshot.file.string())));
      }
      at += count;
    }
    piece.resize(static_cast<std::size_t>(end - offset));
    return piece;
  }

  Result<void> send_piece() {
    const auto before = m_at.received;
    PYW_TRY_ASSIGN(auto piece, piece_at(before));
    const auto size = piece.size();
    Call call;
    call.method = "PUT";
    call.path = m_path;
    call.headers = {
        {"Content-Type", "application/zstd"},
        {"Content-Range", fmt::format("bytes {}-{}/{}", before, before + size - 1, m_snapshot.size)}};
    call.body = std::move(piece);
    const auto answer = m_api.call(call);
    if (answer) {
      PYW_TRY(take(*answer));
      m_sent.bytes += size;
      if (m_at.complete || m_at.received > before) {
        m_failures = 0;
        return {};
      }
      return wait(ApiFailure{});
    }
    const auto& failed = answer.error();
    const bool out_of_place = failed.status == 409 || failed.status == 422; // another offset, or digest
    if (!failed.may_pass() && !out_of_place) {
      return failure(to_error(failed));
    }
    if (failed.status == 422) {
      PYW_TRY(start_over());
      return ask();
    }
    PYW_TRY(wait(failed));
    return ask();
  }

  Result<void> wait(const ApiFailure& failed) {
    const auto asked = failed.retry_after.value_or(milliseconds(0));
    if (++m_failures >= most_failures || asked > longest_wait || m_api.world().http.is_offline()) {
      return failure(failed.method.empty()
                         ? user_error("the target takes the snapshot's pieces and keeps none")
                         : to_error(failed));
    }
    m_api.world().clock.sleep(failed.retry_after.value_or(milliseconds(1000 << (m_failures - 1))));
    return {};
  }

  Api& m_api;
  std::string m_path;
  const PackedSnapshot& m_snapshot;
  std::size_t m_piece;
  std::unique_ptr<Progress> m_bar;
  Progressed m_at;
  SnapshotSent m_sent;
  int m_failures = 0;
  int m_rounds = 0;
};

} // namespace

Answer<TargetExtensions> read_extensions(Api& api, const std::string& account) {
  auto call = get(extension_path(account, "capabilities"));
  call.retry = Retry::yes;
  const auto answer = api.call(call);
  if (!answer) {
    return is_unknown_path(answer.error()) ? Answer<TargetExtensions>(TargetExtensions{})
                                           : tl::unexpected(answer.error());
  }
  TargetExtensions out;
  const auto snapshots = answer->is_object() ? answer->value("snapshots", Json()) : Json();
  // Another format than ours is no use to either side.
  if (snapshots.is_object() && snapshots.value("format", Json()) == Json("PYWSNAP5") &&
      snapshots.value("compression", Json()) == Json("zstd")) {
    out.largest_snapshot = number_at(snapshots, "max_bytes");
  }
  const auto modules = answer->is_object() ? answer->value("modules", Json()) : Json();
  out.keeps_modules = modules.is_object() && modules.value("digest", Json()) == Json("sha256");
  return out;
}

Result<SnapshotSent> upload_snapshot(Api& api,
                                     const std::string& account,
                                     const PackedSnapshot& snapshot,
                                     std::size_t piece_bytes) {
  return SnapshotUpload(api, account, snapshot, piece_bytes).run();
}

Result<std::map<std::string, std::string>>
known_modules(Api& api, const std::string& account, const Worker& worker) {
  std::map<std::string, std::string> digests;
  auto asked = Json::array();
  const auto add = [&](const bundle::Module& module) -> Result<void> {
    PYW_TRY_ASSIGN(auto digest, bundle::digest(module, api.world().files));
    asked.push_back(digest);
    digests.insert_or_assign(module.path, std::move(digest));
    return {};
  };
  PYW_TRY(add(worker.manifest->entry));
  for (const auto& module : worker.manifest->modules) {
    PYW_TRY(add(module));
  }
  auto call = with_json("POST", extension_path(account, "modules"), Json{{"digests", std::move(asked)}});
  call.retry = Retry::yes; // a question: it changes nothing
  PYW_TRY_ASSIGN(const auto answer, api.require(call));
  std::set<std::string> known;
  const auto listed = answer.is_object() ? answer.value("known", Json::array()) : Json::array();
  for (const auto& digest : listed.is_array() ? listed : Json::array()) {
    if (digest.is_string()) {
      known.insert(digest.get<std::string>());
    }
  }
  std::erase_if(digests, [&](const auto& item) { return !known.contains(item.second); });
  return digests;
}

void leave_out(DeployPlan& plan, const Worker& worker, const std::map<std::string, std::string>& known) {
  auto named = Json::object();
  const auto name = [&](const bundle::Module& module) {
    const auto found = known.find(module.path);
    if (found != known.end()) {
      named[module.path] = {{"sha256", found->second}, {"type", bundle::content_type(module.kind)}};
      plan.left_out.insert(module.path);
    }
  };
  name(worker.manifest->entry);
  std::for_each(worker.manifest->modules.begin(), worker.manifest->modules.end(), name);
  if (!named.empty()) {
    (*plan.metadata)["pyw_modules"] = std::move(named);
  }
}

void name_snapshot(DeployPlan& plan,
                   const PackedSnapshot& snapshot,
                   const std::string& key,
                   const std::string& source_root) {
  (*plan.metadata)["pyw_snapshot"] = {
      {"digest", snapshot.digest}, {"key", key}, {"source_root", source_root}};
}

} // namespace pyw::cloud
