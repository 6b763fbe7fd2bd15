#include <commands/data_support.hpp>
#include <commands/dispatch_namespace.hpp>

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <memory>

namespace pyw::commands {

namespace {

struct Options {
  std::string name;
  std::string new_name;
};

/// Sends to the namespaces' place, `below` it, and prints what came back as JSON.
Result<int> send(const char* method, const std::string& below, const cloud::Json& body, Context& context) {
  PYW_TRY_ASSIGN(auto data, open_data(context));
  const auto path = data.base + "/workers/dispatch/namespaces" + below;
  auto call = body.is_null() ? cloud::get(path) : cloud::with_json(method, path, body);
  call.method = method;
  PYW_TRY_ASSIGN(const auto answer, data.cloud.api.require(call));
  print_json(context, answer);
  return 0;
}

Result<int> list(const Options&, Context& context) {
  return send("GET", "", {}, context);
}

Result<int> show(const Options& options, Context& context) {
  return send("GET", "/" + options.name, {}, context);
}

Result<int> create(const Options& options, Context& context) {
  return send("POST", "", {{"name", options.name}}, context);
}

Result<int> remove(const Options& options, Context& context) {
  return send("DELETE", "/" + options.name, {}, context);
}

Result<int> rename(const Options& options, Context& context) {
  return send("PUT", "/" + options.name, {{"name", options.new_name}}, context);
}

using Run = Result<int> (*)(const Options&, Context&);

/// `names` positional arguments: none, the name, or the name and the new one.
std::function<Runner(CLI::App&)> with_names(Run run, int names) {
  return [run, names](CLI::App& app) -> Runner {
    auto options = std::make_shared<Options>();
    if (names > 0) {
      app.add_option("name", options->name, "the namespace")->required();
    }
    if (names > 1) {
      app.add_option("new-name", options->new_name, "its name from now on")->required();
    }
    return [options, run](Context& context) { return run(*options, context); };
  };
}

} // namespace

CommandEntry dispatch_namespace_command() {
  return {
      "dispatch-namespace",
      "namespaces for the Workers of your customers",
      Group::data,
      {{"pyw dispatch-namespace create staging", "make a namespace"},
       {"pyw dispatch-namespace list", "all namespaces"}},
      [](CLI::App& app) {
        return declare_subcommands(app,
                                   {{"list", "all namespaces, as JSON", with_names(list, 0)},
                                    {"get", "one namespace, as JSON", with_names(show, 1)},
                                    {"create", "make a namespace", with_names(create, 1)},
                                    {"delete", "delete a namespace", with_names(remove, 1)},
                                    {"rename", "rename a namespace", with_names(rename, 2)}});
      },
  };
}

} // namespace pyw::commands
