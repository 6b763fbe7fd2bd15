#include <cloud/analytics.hpp>
#include <commands/r2_bucket.hpp>

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <memory>

namespace pyw::commands {

namespace {

struct Options : BucketOptions {
  std::optional<std::string> location;
  std::optional<std::string> storage_class;
};

void add_jurisdiction(cloud::Call& call, const std::optional<std::string>& jurisdiction) {
  if (jurisdiction) {
    call.headers.emplace_back("cf-r2-jurisdiction", *jurisdiction);
  }
}

/// 3 to 63 characters, lower-case letters, digits and inner hyphens: what the platform takes.
bool is_bucket_name(const std::string& name) {
  const auto is_inner = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
  return name.size() >= 3 && name.size() <= 63 && name.front() != '-' && name.back() != '-' &&
         std::all_of(name.begin(), name.end(), is_inner);
}

Result<int> create(const Options& options, Context& context) {
  if (!is_bucket_name(options.bucket)) {
    return failure(usage_error(fmt::format("`{}` is no name for a bucket", options.bucket),
                               {"3 to 63 lower-case letters, digits and inner hyphens"}));
  }
  if (options.location && options.jurisdiction) {
    return failure(usage_error("a bucket has a jurisdiction or a location, not both"));
  }
  PYW_TRY_ASSIGN(auto data, open_data(context));
  cloud::Json body = {{"name", options.bucket}};
  if (options.storage_class) {
    body["storageClass"] = *options.storage_class;
  }
  if (options.location) {
    body["locationHint"] = *options.location;
  }
  auto call = cloud::with_json("POST", data.base + "/r2/buckets", body);
  add_jurisdiction(call, options.jurisdiction);
  PYW_TRY(data.cloud.api.require(call));
  context.world.reporter.message(fmt::format("Made the bucket `{}`", options.bucket));
  return 0;
}

Result<int> list(const Options& options, Context& context) {
  PYW_TRY_ASSIGN(auto data, open_data(context));
  auto call = cloud::get(data.base + "/r2/buckets");
  add_jurisdiction(call, options.jurisdiction);
  PYW_TRY_ASSIGN(const auto answer, data.cloud.api.require(call));
  const auto buckets =
      answer.is_object() ? answer.value("buckets", cloud::Json::array()) : cloud::Json::array();
  if (context.options.format == OutputFormat::json) {
    print_json(context, buckets);
    return 0;
  }
  std::vector<std::vector<std::string>> rows;
  for (const auto& bucket : buckets) {
    rows.push_back({text_at(bucket, "name"), text_at(bucket, "creation_date")});
  }
  print_table(context, {"bucket", "made"}, rows);
  return 0;
}

Result<int> info(const Options& options, Context& context) {
  PYW_TRY_ASSIGN(auto data, open_data(context));
  PYW_TRY_ASSIGN(auto bucket, data.cloud.api.require(bucket_call(data, options, "GET", "", {})));
  const auto full_name = (options.jurisdiction ? *options.jurisdiction + "_" : "") + options.bucket;
  PYW_TRY_ASSIGN(const auto size, cloud::read_bucket_size(data.cloud.api, data.cloud.account, full_name));
  if (bucket.is_object()) {
    bucket["object_count"] = size.objects;
    bucket["bucket_size_bytes"] = size.bytes;
  }
  print_json(context, bucket);
  return 0;
}

Result<int> remove(const Options& options, Context& context) {
  PYW_TRY_ASSIGN(auto data, open_data(context));
  PYW_TRY(data.cloud.api.require(bucket_call(data, options, "DELETE", "", {})));
  context.world.reporter.message(fmt::format("Deleted the bucket `{}`", options.bucket));
  return 0;
}

Result<int> change_storage_class(const Options& options, Context& context) {
  PYW_TRY_ASSIGN(auto data, open_data(context));
  auto call = bucket_call(data, options, "PATCH", "", {});
  call.headers.emplace_back("cf-r2-storage-class", options.storage_class.value_or(""));
  PYW_TRY(data.cloud.api.require(call));
  context.world.reporter.message(
      fmt::format("New objects of `{}` are now of the class {}", options.bucket, *options.storage_class));
  return 0;
}

using Run = Result<int> (*)(const Options&, Context&);

std::function<Runner(CLI::App&)> about_bucket(Run run) {
  return [run](CLI::App& app) -> Runner {
    auto options = std::make_shared<Options>();
    declare_bucket_options(app, *options);
    return [options, run](Context& context) { return run(*options, context); };
  };
}

Runner declare_create(CLI::App& app) {
  auto options = std::make_shared<Options>();
  declare_bucket_options(app, *options);
  app.add_option("--location", options->location, "where, roughly");
  app.add_option("-s,--storage-class", options->storage_class, "the default storage class");
  declare_creation_options(app);
  return [options](Context& context) { return create(*options, context); };
}

Runner declare_list(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("-J,--jurisdiction", options->jurisdiction, "of this jurisdiction");
  return [options](Context& context) { return list(*options, context); };
}

Runner declare_update(CLI::App& app) {
  return declare_subcommands(
      app, {{"storage-class", "the class of new objects", [](CLI::App& sub) -> Runner {
               auto options = std::make_shared<Options>();
               declare_bucket_options(sub, *options);
               sub.add_option("-s,--storage-class", options->storage_class, "Standard or InfrequentAccess")
                   ->required();
               return [options](Context& context) { return change_storage_class(*options, context); };
             }}});
}

} // namespace

void declare_bucket_options(CLI::App& app, BucketOptions& options) {
  app.add_option("bucket", options.bucket, "the bucket")->required();
  app.add_option("-J,--jurisdiction", options.jurisdiction, "the bucket's jurisdiction");
}

void declare_bucket_change(CLI::App& app, BucketOptions& options) {
  declare_bucket_options(app, options);
  app.add_flag("-y,--force", options.force, "ask nothing");
}

cloud::Call bucket_call(const DataSession& data,
                        const BucketOptions& options,
                        std::string method,
                        const std::string& suffix,
                        const cloud::Json& body) {
  const auto path = data.base + "/r2/buckets/" + options.bucket + suffix;
  auto call = body.is_null() ? cloud::get(path) : cloud::with_json(method, path, body);
  call.method = std::move(method);
  add_jurisdiction(call, options.jurisdiction);
  return call;
}

Result<int>
print_of_bucket(const BucketOptions& options, const char* suffix, const char* member, Context& context) {
  PYW_TRY_ASSIGN(auto data, open_data(context));
  PYW_TRY_ASSIGN(const auto answer, data.cloud.api.require(bucket_call(data, options, "GET", suffix, {})));
  print_json(context, member != nullptr && answer.is_object() ? answer.value(member, cloud::Json()) : answer);
  return 0;
}

Result<void> confirm_change(const BucketOptions& options, const std::string& question, Context& context) {
  if (options.force || make_confirm(context, true)(question)) {
    return {};
  }
  return failure(user_error("nothing was changed"));
}

Runner declare_r2_bucket(CLI::App& app) {
  return declare_subcommands(app,
                             {{"create", "make a bucket", declare_create},
                              {"list", "all buckets", declare_list},
                              {"info", "one bucket, as JSON", about_bucket(info)},
                              {"delete", "delete an empty bucket", about_bucket(remove)},
                              {"update", "change its storage class", declare_update},
                              {"lifecycle", "what happens to objects in time", declare_r2_lifecycle},
                              {"lock", "how long objects cannot be changed", declare_r2_lock},
                              {"cors", "which pages may use it", declare_r2_cors},
                              {"domain", "its own host names", declare_r2_domain},
                              {"dev-url", "its public r2.dev address", declare_r2_dev_url},
                              {"local-uploads", "uploads to a near place first", declare_r2_local_uploads},
                              {"notification", "which queue is told of changes", declare_r2_notification},
                              {"sippy", "show or end a migration from elsewhere", declare_r2_sippy}});
}

} // namespace pyw::commands
