#include <cloud/assets_upload.hpp>
#include <cloud/media_type.hpp>
#include <cloud/multipart.hpp>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <future>
#include <mutex>
#include <unordered_map>

namespace pyw::cloud {

namespace {

using std::chrono::milliseconds;

constexpr int most_retries = 5;
constexpr std::size_t lanes = 3;
constexpr int free_gateway_errors = 5; ///< so many gateway errors are not counted as attempts

bool is_gateway_error(int status) {
  return status == 502 || status == 503 || status == 504 || status == 524;
}

std::optional<std::uint32_t> base64url_value(char c) {
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const auto at = alphabet.find(c);
  return at == std::string_view::npos ? std::nullopt : std::optional(static_cast<std::uint32_t>(at));
}

std::string decode_base64url(std::string_view text) {
  std::string out;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const auto value = base64url_value(c);
    if (!value) {
      break; // padding, or no base64url at all
    }
    bits = (bits << 6) | *value;
    count += 6;
    if (count >= 8) {
      count -= 8;
      out += static_cast<char>((bits >> count) & 0xff);
    }
  }
  return out;
}

class Uploader {
public:
  Uploader(Api& api, const std::string& account, std::string session_jwt, std::size_t total)
      : m_api(api), m_path(account_path(account) + "/workers/assets/upload"),
        m_session(std::move(session_jwt)), m_total(total),
        m_bar(api.world().reporter.progress("Uploading assets", ProgressUnit::items)) {
    const auto payload = jwt_payload(m_session.reveal());
    m_single =
        payload.is_object() && payload.value("wrangler_single_asset_uploads", Json(false)) == Json(true);
  }

  Result<void> send(const std::vector<const Asset*>& bucket, std::string_view which) {
    int retries = 0;
    int gateway_errors = 0;
    for (;;) {
      const auto answer = m_api.call(call_for(bucket));
      if (answer) {
        note(*answer, bucket.size());
        return {};
      }
      const auto& failure = answer.error();
      if (retries >= most_retries || m_api.world().http.is_offline()) {
        return give_up(failure, which);
      }
      auto wait = milliseconds((1 << retries) * 1000);
      if (is_gateway_error(failure.status)) {
        wait += milliseconds((1 << gateway_errors) * 5000);
        retries += ++gateway_errors >= free_gateway_errors ? 1 : 0;
      } else {
        ++retries;
      }
      wait = failure.retry_after.value_or(wait);
      m_api.world().reporter.message(
          fmt::format("{} of the assets failed ({}); trying again in {} s",
                      which,
                      failure.status == 0 ? "no answer" : fmt::format("status {}", failure.status),
                      (wait.count() + 999) / 1000));
      m_api.world().clock.sleep(wait);
    }
  }

  [[nodiscard]] const std::string& completion() const { return m_completion; }

  /// Some sessions take the files one by one.
  [[nodiscard]] bool single_files() const { return m_single; }

private:
  void note(const Json& answer, std::size_t files) {
    const std::scoped_lock lock(m_mutex);
    if (answer.is_object() && answer.contains("jwt") && answer["jwt"].is_string()) {
      m_completion = answer["jwt"].get<std::string>();
    }
    m_done += files;
    m_bar->update(m_done, m_total);
  }

  Call call_for(const std::vector<const Asset*>& bucket) {
    Call call;
    call.method = "POST";
    call.path = m_path;
    call.bearer = m_session;
    if (m_single) {
      const auto& asset = *bucket.front();
      call.path += "/" + asset.hash;
      call.headers.emplace_back("Content-Type", asset_media_type(asset.path));
      call.body = m_api.world().files.read(asset.source).value_or("");
      return call;
    }
    std::vector<Part> parts;
    for (const auto* asset : bucket) {
      parts.push_back(base64_part(asset->hash, asset_media_type(asset->path), asset->source, asset->size));
    }
    auto body = encode_multipart(std::move(parts), m_api.world().files);
    call.query.emplace_back("base64", "true");
    call.headers.emplace_back("Content-Type", std::move(body.content_type));
    call.stream = std::move(body.stream);
    return call;
  }

  Result<void> give_up(const ApiFailure& failed, std::string_view which) const {
    const auto payload = jwt_payload(m_session.reveal());
    const auto expires = payload.is_object() ? payload.value("exp", Json()) : Json();
    const auto now = std::chrono::system_clock::to_time_t(m_api.world().clock.now());
    if (expires.is_number() && expires.get<double>() <= static_cast<double>(now)) {
      return failure(
          user_error(fmt::format("the upload of the assets took too long: the session ended at {}", which),
                     {"run the command again: what was uploaded is kept, and only the rest is sent"}));
    }
    return failure(to_error(failed));
  }

  Api& m_api;
  std::string m_path;
  Secret m_session;
  std::size_t m_total;
  std::mutex m_mutex; ///< for the members below, which all lanes change
  std::size_t m_done = 0;
  std::unique_ptr<Progress> m_bar;
  std::string m_completion;
  bool m_single = false;
};

/// What goes out in one request.
struct Load {
  std::vector<const Asset*> assets;
  std::string which; ///< "bucket 2 of 7"
};

std::vector<Load> loads_of(const std::vector<std::vector<const Asset*>>& buckets, bool single_files) {
  std::vector<Load> loads;
  std::size_t number = 0;
  for (const auto& bucket : buckets) {
    const auto which = fmt::format("bucket {} of {}", ++number, buckets.size());
    if (!single_files) {
      loads.push_back({bucket, which});
      continue;
    }
    for (const auto* asset : bucket) {
      loads.push_back({{asset}, which});
    }
  }
  return loads;
}

/// Three at a time, as the platform's client does, and the next three when those have arrived. The first
/// failure ends it.
Result<void> send_side_by_side(Uploader& uploader, const std::vector<Load>& loads) {
  for (std::size_t start = 0; start < loads.size(); start += lanes) {
    std::vector<std::future<Result<void>>> under_way;
    for (auto i = start; i < std::min(loads.size(), start + lanes); ++i) {
      under_way.push_back(std::async(std::launch::async, [&uploader, &load = loads[i]] {
        return uploader.send(load.assets, load.which);
      }));
    }
    Result<void> outcome;
    for (auto& request : under_way) {
      auto ended = request.get();
      if (outcome && !ended) {
        outcome = std::move(ended);
      }
    }
    PYW_TRY(outcome);
  }
  return {};
}

/// The files that the session asks for, bucket by bucket.
Result<std::vector<std::vector<const Asset*>>> asked_for(const Json& session, const AssetManifest& manifest) {
  std::unordered_map<std::string, const Asset*> by_hash;
  for (const auto& asset : manifest.assets) {
    by_hash.try_emplace(asset.hash, &asset);
  }
  std::vector<std::vector<const Asset*>> out;
  const auto buckets = session.is_object() ? session.value("buckets", Json::array()) : Json::array();
  for (const auto& bucket : buckets.is_array() ? buckets : Json::array()) {
    std::vector<const Asset*> files;
    for (const auto& hash : bucket) {
      const auto found = by_hash.find(hash.is_string() ? hash.get<std::string>() : "");
      if (found == by_hash.end()) {
        return failure(
            user_error("the platform asks for an asset that was not offered", {"run the command again"}));
      }
      files.push_back(found->second);
    }
    if (!files.empty()) {
      out.push_back(std::move(files));
    }
  }
  return out;
}

} // namespace

Json jwt_payload(std::string_view jwt) {
  const auto first = jwt.find('.');
  const auto second = first == std::string_view::npos ? first : jwt.find('.', first + 1);
  if (second == std::string_view::npos) {
    return {};
  }
  auto payload = Json::parse(decode_base64url(jwt.substr(first + 1, second - first - 1)), nullptr, false);
  return payload.is_discarded() ? Json() : payload;
}

Result<AssetUploadResult>
upload_assets(Api& api, const std::string& account, const Worker& worker, const AssetManifest& manifest) {
  auto call = with_json("POST",
                        script_path(account, worker) + "/assets-upload-session",
                        Json{{"manifest", manifest_json(manifest)}});
  call.retry = Retry::yes;
  PYW_TRY_ASSIGN(const auto session, api.require(call));
  PYW_TRY_ASSIGN(auto buckets, asked_for(session, manifest));
  const auto jwt = session.is_object() ? session.value("jwt", Json()) : Json();
  AssetUploadResult result;
  if (!jwt.is_string() || jwt.get<std::string>().empty()) {
    return failure(user_error("the platform gave no token for the assets", {"run the command again"}));
  }
  result.jwt = jwt.get<std::string>();
  result.known = manifest.assets.size();
  if (buckets.empty()) {
    return result;
  }
  for (const auto& bucket : buckets) {
    result.uploaded += bucket.size();
  }
  result.known -= std::min(result.known, result.uploaded);
  Uploader uploader(api, account, result.jwt, result.uploaded);
  PYW_TRY(send_side_by_side(uploader, loads_of(buckets, uploader.single_files())));
  if (uploader.completion().empty()) {
    return failure(user_error("the platform did not confirm the assets", {"run the command again"}));
  }
  result.jwt = uploader.completion();
  return result;
}

} // namespace pyw::cloud
