#include <cloud/analytics.hpp>
#include <cloud/timestamp.hpp>

#include <nlohmann/json.hpp>

#include <chrono>

namespace pyw::cloud {

namespace {

/// A member of nested objects and first elements; null where the way ends early.
Json at(Json value, std::initializer_list<const char*> way) {
  for (const auto* key : way) {
    if (value.is_array()) {
      value = value.empty() ? Json() : Json(value.front());
    }
    value = value.is_object() ? value.value(key, Json()) : Json();
  }
  return value;
}

std::uint64_t count_at(const Json& object, const char* key) {
  const auto value = object.is_object() ? object.value(key, Json()) : Json();
  return value.is_number() ? value.get<std::uint64_t>() : 0;
}

/// The groups of one data set over the last day.
Result<Json> ask(Api& api,
                 const std::string& account,
                 const char* operation,
                 const char* query,
                 const char* data_set,
                 const std::function<Json(const std::string& from, const std::string& to)>& filter) {
  const auto now = api.world().clock.now();
  auto call =
      with_json("POST",
                "/graphql",
                {{"query", query},
                 {"operationName", operation},
                 {"variables",
                  {{"accountTag", account},
                   {"filter", filter(iso_timestamp(now - std::chrono::hours(24)), iso_timestamp(now))}}}});
  const auto response = api.raw(call);
  if (!response) {
    return failure(to_error(response.error()));
  }
  const auto groups =
      at(Json::parse(response->body, nullptr, false), {"data", "viewer", "accounts", data_set});
  return groups.is_array() ? groups : Json::array();
}

} // namespace

Result<BucketSize> read_bucket_size(Api& api, const std::string& account, const std::string& bucket) {
  constexpr auto query =
      "query getR2StorageMetrics($accountTag: String, $filter: R2StorageAdaptiveGroupsFilter_InputObject) { "
      "viewer { accounts(filter: {accountTag: $accountTag}) { r2StorageAdaptiveGroups(limit: 1, filter: "
      "$filter, orderBy: [datetime_DESC]) { max { objectCount payloadSize metadataSize } } } } }";
  PYW_TRY_ASSIGN(const auto groups,
                 ask(api,
                     account,
                     "getR2StorageMetrics",
                     query,
                     "r2StorageAdaptiveGroups",
                     [&](const std::string& from, const std::string& to) -> Json {
                       return {{"datetime_geq", from}, {"datetime_leq", to}, {"bucketName", bucket}};
                     }));
  const auto latest = at(groups, {"max"});
  return BucketSize{count_at(latest, "objectCount"),
                    count_at(latest, "payloadSize") + count_at(latest, "metadataSize")};
}

Result<DatabaseUse> read_database_use(Api& api, const std::string& account, const std::string& database) {
  constexpr auto query = "query getD1MetricsOverviewQuery($accountTag: string, $filter: "
                         "ZoneWorkersRequestsFilter_InputObject) { "
                         "viewer { accounts(filter: {accountTag: $accountTag}) { "
                         "d1AnalyticsAdaptiveGroups(limit: 10000, filter: "
                         "$filter) { sum { readQueries writeQueries rowsRead rowsWritten } } } } }";
  PYW_TRY_ASSIGN(
      const auto groups,
      ask(api,
          account,
          "getD1MetricsOverviewQuery",
          query,
          "d1AnalyticsAdaptiveGroups",
          [&](const std::string& from, const std::string& to) -> Json {
            return {{"AND",
                     Json::array({Json{
                         {"datetimeHour_geq", from}, {"datetimeHour_leq", to}, {"databaseId", database}}})}};
          }));
  DatabaseUse use;
  for (const auto& group : groups) {
    const auto sum = at(group, {"sum"});
    use.read_queries += count_at(sum, "readQueries");
    use.write_queries += count_at(sum, "writeQueries");
    use.rows_read += count_at(sum, "rowsRead");
    use.rows_written += count_at(sum, "rowsWritten");
  }
  return use;
}

} // namespace pyw::cloud
