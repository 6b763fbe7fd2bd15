#include <base/text.hpp>
#include <commands/data_support.hpp>
#include <commands/r2.hpp>
#include <commands/r2_bucket.hpp>

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <iostream>
#include <memory>

namespace pyw::commands {

namespace {

constexpr std::uint64_t largest_object_bytes =
    300ULL * 1024 * 1024; // of this API; larger ones go by S3 tools

struct Options {
  std::string object;
  std::optional<std::string> file;
  bool pipe = false;
  bool force = false;
  std::optional<std::string> jurisdiction;
  std::optional<std::string> storage_class;
  std::optional<std::string> content_type;
  std::optional<std::string> content_disposition;
  std::optional<std::string> content_encoding;
  std::optional<std::string> content_language;
  std::optional<std::string> cache_control;
  std::optional<std::string> expires;
  DataPlace place;
};

void add_header(cloud::Call& call, const char* name, const std::optional<std::string>& value) {
  if (value) {
    call.headers.emplace_back(name, *value);
  }
}

/// Slashes stay: a key may look like a path.
std::string escape_key(const std::string& key) {
  std::vector<std::string> parts;
  for (const auto part : split(key, '/')) {
    parts.push_back(cloud::escape_component(part));
  }
  return join(parts, "/");
}

struct Target {
  DataSession data;
  std::string key;
  std::string path;
};

Result<Target> open_object(const Options& options, Context& context) {
  const auto slash = options.object.find('/');
  if (slash == 0 || slash == std::string::npos || slash + 1 == options.object.size()) {
    return failure(usage_error(fmt::format("`{}` is no object", options.object), {"write BUCKET/KEY"}));
  }
  PYW_TRY_ASSIGN(auto data, open_data(context, options.place));
  auto key = options.object.substr(slash + 1);
  auto path = data.base + "/r2/buckets/" + options.object.substr(0, slash) + "/objects/" + escape_key(key);
  return Target{std::move(data), std::move(key), std::move(path)};
}

Result<void> add_body(const Options& options, cloud::Call& call, Context& context) {
  if (options.pipe) {
    PYW_TRY_ASSIGN(call.body, read_standard_input());
    return {};
  }
  const auto path = context.options.directory / *options.file;
  auto& files = context.world.files;
  PYW_TRY_ASSIGN(const auto status, files.status(path));
  if (!status) {
    return failure(user_error(fmt::format("`{}` does not exist", path.string())));
  }
  if (status->size > largest_object_bytes) {
    return failure(user_error(
        fmt::format("`{}` is too large for this command: {}", path.string(), human_size(status->size)),
        {"objects over 300 MiB go up with an S3 tool"}));
  }
  PYW_TRY_ASSIGN(call.stream, stream_of_file(files, path));
  return {};
}

Result<int> put(const Options& options, Context& context) {
  if (options.pipe == options.file.has_value()) {
    return failure(usage_error("give either `--file FILE` or `--pipe`"));
  }
  PYW_TRY_ASSIGN(auto target, open_object(options, context));
  cloud::Call call;
  call.method = "PUT";
  call.path = target.path;
  add_header(call, "content-type", options.content_type);
  add_header(call, "content-disposition", options.content_disposition);
  add_header(call, "content-encoding", options.content_encoding);
  add_header(call, "content-language", options.content_language);
  add_header(call, "cache-control", options.cache_control);
  add_header(call, "expires", options.expires);
  add_header(call, "cf-r2-jurisdiction", options.jurisdiction);
  add_header(call, "cf-r2-storage-class", options.storage_class);
  add_header(
      call, "cf-r2-data-catalog-check", options.force ? std::nullopt : std::optional<std::string>("true"));
  PYW_TRY(add_body(options, call, context));
  const std::shared_ptr<Progress> bar =
      context.world.reporter.progress("Uploading " + target.key, ProgressUnit::bytes);
  call.progress = [bar](std::uint64_t done, std::uint64_t total) { bar->update(done, total); };
  const auto answer = target.data.cloud.api.raw(call);
  if (!answer) {
    return answer.error().status == 404 ? failure(user_error("the bucket does not exist"))
                                        : failure(to_error(answer.error()));
  }
  context.world.reporter.message(fmt::format("Wrote `{}`", options.object));
  return 0;
}

Result<int> get_object(const Options& options, Context& context) {
  PYW_TRY_ASSIGN(auto target, open_object(options, context));
  auto call = cloud::get(target.path);
  add_header(call, "cf-r2-jurisdiction", options.jurisdiction);
  const auto answer = target.data.cloud.api.raw(call);
  if (!answer) {
    return answer.error().status == 404 ? failure(user_error(fmt::format("there is no `{}`", options.object)))
                                        : failure(to_error(answer.error()));
  }
  if (options.pipe) {
    context.world.reporter.data(answer->body);
    return 0;
  }
  const auto file = context.options.directory / options.file.value_or(Path(target.key).filename().string());
  PYW_TRY(context.world.files.write(file, answer->body));
  context.world.reporter.message(fmt::format("Wrote {}", file.string()));
  return 0;
}

Result<int> delete_object(const Options& options, Context& context) {
  PYW_TRY_ASSIGN(auto target, open_object(options, context));
  auto call = cloud::get(target.path);
  call.method = "DELETE";
  add_header(call, "cf-r2-jurisdiction", options.jurisdiction);
  add_header(
      call, "cf-r2-data-catalog-check", options.force ? std::nullopt : std::optional<std::string>("true"));
  const auto answer = target.data.cloud.api.raw(call);
  if (!answer && answer.error().status != 404) {
    return failure(to_error(answer.error()));
  }
  context.world.reporter.message(fmt::format("Deleted `{}`", options.object));
  return 0;
}

std::shared_ptr<Options> object_options(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("object", options->object, "BUCKET/KEY")->required();
  app.add_option("-J,--jurisdiction", options->jurisdiction, "the bucket's jurisdiction");
  app.add_option("-f,--file", options->file, "the file");
  app.add_flag("-p,--pipe", options->pipe, "stdin or stdout instead of a file");
  app.add_flag("-y,--force", options->force, "also where a data catalog is kept");
  declare_place(app, options->place);
  return options;
}

Runner declare_put(CLI::App& app) {
  auto options = object_options(app);
  app.add_option("--ct,--content-type", options->content_type, "its media type");
  app.add_option("--cd,--content-disposition", options->content_disposition, "how it is shown");
  app.add_option("--ce,--content-encoding", options->content_encoding, "how it is encoded");
  app.add_option("--cl,--content-language", options->content_language, "its language");
  app.add_option("--cc,--cache-control", options->cache_control, "how long it is cached");
  app.add_option("--expires", options->expires, "when it goes stale");
  app.add_option("-s,--storage-class", options->storage_class, "its storage class");
  return [options](Context& context) { return put(*options, context); };
}

Runner declare_get(CLI::App& app) {
  auto options = object_options(app);
  return [options](Context& context) { return get_object(*options, context); };
}

Runner declare_delete(CLI::App& app) {
  auto options = object_options(app);
  return [options](Context& context) { return delete_object(*options, context); };
}

Runner declare_object(CLI::App& app) {
  return declare_subcommands(app,
                             {{"put", "write an object", declare_put},
                              {"get", "read an object", declare_get},
                              {"delete", "delete an object", declare_delete}});
}

} // namespace

CommandEntry r2_command() {
  return {
      "r2",
      "the live R2: buckets, objects",
      Group::data,
      {{"pyw r2 bucket create photos", "make a bucket"},
       {"pyw r2 object put photos/a.png --file a.png --remote", "write an object"},
       {"pyw r2 object get photos/a.png --pipe --remote", "read one to stdout"}},
      [](CLI::App& app) {
        return declare_subcommands(
            app,
            {{"bucket", "make, list, delete; rules, addresses, notifications", declare_r2_bucket},
             {"object", "read, write, delete", declare_object}});
      },
  };
}

} // namespace pyw::commands
