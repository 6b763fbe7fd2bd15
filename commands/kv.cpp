#include <cloud/multipart.hpp>
#include <commands/data_support.hpp>
#include <commands/kv.hpp>
#include <commands/kv_place.hpp>

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <memory>

namespace pyw::commands {

namespace {

constexpr std::size_t batch_keys = 1000; // what the platform's client sends at once; 10,000 may be

struct Options {
  std::string key;
  std::optional<std::string> value;
  std::optional<std::string> path;
  NamespaceChoice choice;
  std::optional<std::string> metadata;
  std::optional<std::int64_t> ttl;
  std::optional<std::int64_t> expiration;
  std::string prefix;
  std::string file;
  bool text = false;
  bool force = false;
  DataPlace place;
};

struct Store {
  DataSession data;
  std::string path; ///< "/accounts/…/storage/kv/namespaces/ID"
};

Result<Store> open_store(const Options& options, Context& context) {
  PYW_TRY_ASSIGN(auto data, open_data(context, options.place));
  PYW_TRY_ASSIGN(const auto id, namespace_id(options.choice, data));
  auto path = data.base + "/storage/kv/namespaces/" + id;
  return Store{std::move(data), std::move(path)};
}

Result<int> put(const Options& options, Context& context) {
  if (options.value.value_or("").empty() != options.path.has_value()) {
    return failure(usage_error("give either a value or `--path FILE`"));
  }
  PYW_TRY_ASSIGN(auto store, open_store(options, context));
  auto value = options.value.value_or("");
  if (options.path) {
    PYW_TRY_ASSIGN(value, context.world.files.read(context.options.directory / *options.path));
  }
  cloud::Call call;
  call.method = "PUT";
  call.path = store.path + "/values/" + cloud::escape_component(options.key);
  if (options.expiration) {
    call.query.emplace_back("expiration", std::to_string(*options.expiration));
  }
  if (options.ttl) {
    call.query.emplace_back("expiration_ttl", std::to_string(*options.ttl));
  }
  if (!options.metadata) {
    if (!options.path) { // a file's bytes are not known to be text
      call.headers.emplace_back("Content-Type", "text/plain;charset=UTF-8");
    }
    call.body = std::move(value);
  } else {
    const auto metadata = cloud::Json::parse(*options.metadata, nullptr, false);
    if (metadata.is_discarded()) {
      return failure(usage_error("`--metadata` is not JSON"));
    }
    auto content = cloud::text_part("value", std::move(value));
    if (options.path) { // bytes are a file of the form, text is a field
      content =
          cloud::bytes_part("value", "application/octet-stream", std::get<std::string>(content.content));
      content.filename = "blob";
    }
    auto form = cloud::encode_multipart({std::move(content), cloud::text_part("metadata", metadata.dump())},
                                        context.world.files);
    call.headers.emplace_back("Content-Type", std::move(form.content_type));
    call.stream = std::move(form.stream);
  }
  PYW_TRY(store.data.cloud.api.require(call));
  context.world.reporter.message(fmt::format("Wrote `{}`", options.key));
  return 0;
}

Result<int> get_value(const Options& options, Context& context) {
  PYW_TRY_ASSIGN(auto store, open_store(options, context));
  const auto answer =
      store.data.cloud.api.raw(cloud::get(store.path + "/values/" + cloud::escape_component(options.key)));
  if (!answer) {
    return answer.error().status == 404 ? failure(user_error(fmt::format("there is no `{}`", options.key)))
                                        : failure(to_error(answer.error()));
  }
  context.world.reporter.data(answer->body);
  return 0;
}

Result<int> list(const Options& options, Context& context) {
  PYW_TRY_ASSIGN(auto store, open_store(options, context));
  PYW_TRY_ASSIGN(const auto keys,
                 cloud::to_result(store.data.cloud.api.listed(
                     cloud::get(store.path + "/keys", {{"prefix", options.prefix}}))));
  print_json(context, keys);
  return 0;
}

Result<int> remove(const Options& options, Context& context) {
  PYW_TRY_ASSIGN(auto store, open_store(options, context));
  auto call = cloud::get(store.path + "/values/" + cloud::escape_component(options.key));
  call.method = "DELETE";
  PYW_TRY(store.data.cloud.api.require(call));
  context.world.reporter.message(fmt::format("Deleted `{}`", options.key));
  return 0;
}

Result<cloud::Json> read_array(const Options& options, Context& context) {
  PYW_TRY_ASSIGN(const auto text, context.world.files.read(context.options.directory / options.file));
  auto json = cloud::Json::parse(text, nullptr, false);
  if (!json.is_array()) {
    return failure(user_error(fmt::format("`{}` is not a JSON array", options.file)));
  }
  return json;
}

/// Sends the array in batches of what one request may hold.
Result<int>
send_bulk(const Options& options, std::string_view method, const cloud::Json& items, Context& context) {
  PYW_TRY_ASSIGN(auto store, open_store(options, context));
  const auto bar = context.world.reporter.progress("Sending keys", ProgressUnit::items);
  for (std::size_t start = 0; start < items.size(); start += batch_keys) {
    auto batch = cloud::Json::array();
    for (auto i = start; i < std::min(items.size(), start + batch_keys); ++i) {
      batch.push_back(items[i]);
    }
    PYW_TRY(store.data.cloud.api.require(cloud::with_json(std::string(method), store.path + "/bulk", batch)));
    bar->update(std::min(items.size(), start + batch_keys), items.size());
  }
  return 0;
}

Result<int> bulk_put(const Options& options, Context& context) {
  PYW_TRY_ASSIGN(const auto items, read_array(options, context));
  for (const auto& item : items) {
    if (text_at(item, "key").empty() || !item.contains("value")) {
      return failure(user_error(fmt::format("`{}`: each entry needs `key` and `value`", options.file)));
    }
  }
  return send_bulk(options, "PUT", items, context);
}

Result<int> bulk_delete(const Options& options, Context& context) {
  PYW_TRY_ASSIGN(const auto items, read_array(options, context));
  if (!options.force && !make_confirm(context, true)(fmt::format("Delete {} keys?", items.size()))) {
    return failure(user_error("nothing was deleted"));
  }
  auto keys = cloud::Json::array();
  for (const auto& item : items) {
    keys.push_back(item.is_string() ? item.get<std::string>() : text_at(item, "name"));
  }
  return send_bulk(options, "DELETE", keys, context);
}

Result<int> bulk_get(const Options& options, Context& context) {
  PYW_TRY_ASSIGN(const auto items, read_array(options, context));
  PYW_TRY_ASSIGN(auto store, open_store(options, context));
  auto keys = cloud::Json::array();
  for (const auto& item : items) {
    keys.push_back(item.is_string() ? item.get<std::string>() : text_at(item, "name"));
  }
  PYW_TRY_ASSIGN(
      const auto answer,
      store.data.cloud.api.require(cloud::with_json("POST", store.path + "/bulk/get", {{"keys", keys}})));
  print_json(context, answer.value("values", cloud::Json::object()));
  return 0;
}

/// Reading means the live namespace unless `--preview` is given; writing wants it said where there are two.
enum class Access { read, write };

std::shared_ptr<Options> common(CLI::App& app, Access access) {
  auto options = std::make_shared<Options>();
  auto* binding = app.add_option("--binding", options->choice.binding, "a binding of the project");
  app.add_option("--namespace-id", options->choice.id, "the namespace")->excludes(binding);
  options->choice.preview = access == Access::read ? std::optional(false) : std::nullopt;
  declare_preview(app, options->choice);
  declare_place(app, options->place);
  return options;
}

using Run = Result<int> (*)(const Options&, Context&);

std::function<Runner(CLI::App&)> with_key(Run run, Access access) {
  return [run, access](CLI::App& app) -> Runner {
    auto options = common(app, access);
    app.add_option("key", options->key, "the key")->required();
    app.add_flag("--text", options->text)->group("");
    return [options, run](Context& context) { return run(*options, context); };
  };
}

std::function<Runner(CLI::App&)> with_file(Run run, Access access) {
  return [run, access](CLI::App& app) -> Runner {
    auto options = common(app, access);
    app.add_option("filename", options->file, "a JSON array")->required();
    app.add_flag("-f,--force", options->force, "ask nothing");
    return [options, run](Context& context) { return run(*options, context); };
  };
}

Runner declare_put(CLI::App& app) {
  auto options = common(app, Access::write);
  app.add_option("key", options->key, "the key")->required();
  app.add_option("value", options->value, "the value");
  app.add_option("--path", options->path, "the file that holds the value");
  app.add_option("--ttl", options->ttl, "seconds until it goes");
  app.add_option("--expiration", options->expiration, "when it goes, seconds since 1970");
  app.add_option("--metadata", options->metadata, "JSON that is kept with it");
  return [options](Context& context) { return put(*options, context); };
}

Runner declare_list(CLI::App& app) {
  auto options = common(app, Access::read);
  app.add_option("--prefix", options->prefix, "only keys that start with this");
  return [options](Context& context) { return list(*options, context); };
}

Runner declare_key(CLI::App& app) {
  return declare_subcommands(app,
                             {{"put", "write a value", declare_put},
                              {"get", "read a value", with_key(get_value, Access::read)},
                              {"list", "the keys, as JSON", declare_list},
                              {"delete", "delete a key", with_key(remove, Access::write)}});
}

Runner declare_bulk(CLI::App& app) {
  return declare_subcommands(app,
                             {{"put", "write many", with_file(bulk_put, Access::write)},
                              {"get", "read many", with_file(bulk_get, Access::read)},
                              {"delete", "delete many", with_file(bulk_delete, Access::write)}});
}

} // namespace

CommandEntry kv_command() {
  return {
      "kv",
      "KV, local or live: namespaces, keys",
      Group::data,
      {{"pyw kv namespace create cache", "make a namespace"},
       {"pyw kv key put greeting hello --binding CACHE", "write a value for `pyw dev`"},
       {"pyw kv key list --binding CACHE --remote --prefix user:", "some of the live keys"}},
      [](CLI::App& app) {
        return declare_subcommands(app,
                                   {{"namespace", "make, list, delete, rename", declare_kv_namespace},
                                    {"key", "one key", declare_key},
                                    {"bulk", "many keys at once", declare_bulk}});
      },
  };
}

} // namespace pyw::commands
