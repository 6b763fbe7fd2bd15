// The deploy API as calls that answer with JSON: authentication, envelope, retries, nothing about Workers.
#pragma once

#include <base/world.hpp>
#include <cloud/api_failure.hpp>
#include <cloud/credentials.hpp>
#include <cloud/json.hpp>

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace pyw::cloud {

using Query = std::vector<std::pair<std::string, std::string>>;

/// Which calls are tried again is part of the wire's facts (facts/deploy.md 9): three attempts for uploads,
/// versions, subdomain and zones, one for the rest. A GET that got no answer at all is always tried again.
enum class Retry { no, yes };

struct Call {
  std::string method = "GET";
  std::string path; ///< below the base URL, escaped where it must be
  Query query = {};
  HttpHeaders headers = {};
  std::string body = {};
  std::optional<HttpBodyStream> stream = {};
  std::optional<Secret> bearer = {}; ///< instead of the user's own credentials: asset uploads
  Retry retry = Retry::no;
  TransferProgress progress = {};
};

[[nodiscard]] Call get(std::string path, Query query = {});
/// A call with a JSON body.
[[nodiscard]] Call with_json(std::string method, std::string path, const Json& body);

/// An API of this machine that speaks the same paths and envelopes, without credentials.
struct LocalApi {
  std::string name; ///< for messages: "the local data"
  std::string base_url;
  HttpConnection connection = {};
};

class Api {
public:
  Api(World& world, LocalApi local);
  /// `base_url` instead of the environment's (credentials.hpp).
  Api(World& world, Credentials credentials, const std::optional<std::string>& base_url = {});

  /// The `result` of a successful envelope; an empty object for 204 and 205 without a body.
  [[nodiscard]] Answer<Json> call(const Call& call);
  /// The same, with the failure as an error for people.
  [[nodiscard]] Result<Json> require(const Call& call);
  /// The bytes of an answer that is no envelope (values of KV, objects of R2).
  [[nodiscard]] Answer<HttpResponse> raw(const Call& call);
  /// All pages of a list: `page=1`, 2 … while `result_info` says there is more.
  [[nodiscard]] Answer<Json> paged(Call call);
  /// All pages of a list that goes on by `cursor`.
  [[nodiscard]] Answer<Json> listed(const Call& call);
  /// One page, counted from 1, of a list that goes on by `cursor`: the pages before it are asked for on the
  /// way. Empty when the list ends earlier.
  [[nodiscard]] Answer<Json> cursor_page(const Call& call, int page);

  /// Not for a LocalApi, which has none.
  [[nodiscard]] const Credentials& credentials() const { return *m_credentials; }

  [[nodiscard]] const std::string& base_url() const { return m_base_url; }

  [[nodiscard]] World& world() { return m_world; }

private:
  [[nodiscard]] HttpRequest request_for(const Call& call) const;
  [[nodiscard]] Answer<HttpResponse> send_once(const Call& call);
  [[nodiscard]] Answer<Json> envelope_once(const Call& call);
  /// The same, asked again as the call allows.
  [[nodiscard]] Answer<Json> envelope(const Call& call);
  /// The next envelope of a list by cursor, and the cursor behind it; empty at the end.
  [[nodiscard]] Answer<std::pair<Json, std::string>> cursor_step(const Call& call, const std::string& cursor);
  [[nodiscard]] bool wait_before_retry(const ApiFailure& failure, const Call& call, int attempt);

  [[nodiscard]] ApiFailure failure_of(ApiFailure::Kind kind, const Call& call, int status) const;
  void authorize(HttpRequest& request) const;

  World& m_world;
  std::optional<Credentials> m_credentials;
  std::string m_name = "the Cloudflare API";
  std::string m_base_url;
  HttpConnection m_connection;
};

/// "a b/é" -> "a%20b%2F%C3%A9": all but letters, digits and `-_.!~*'()` (JavaScript's encodeURIComponent).
[[nodiscard]] std::string escape_component(std::string_view text);

/// A Result from an Answer.
template <typename T>
[[nodiscard]] Result<T> to_result(Answer<T> answer) {
  if (!answer) {
    return failure(to_error(answer.error()));
  }
  return std::move(*answer);
}

} // namespace pyw::cloud
