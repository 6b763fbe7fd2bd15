#include <base/json.hpp>
#include <base/text.hpp>
#include <commands/cloud_support.hpp>
#include <commands/edge.hpp>
#include <commands/edge_support.hpp>
#include <commands/runtime_parts.hpp>
#include <edge/api.hpp>
#include <edge/server.hpp>

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <charconv>
#include <map>
#include <memory>
#include <mutex>

namespace pyw::commands {

namespace {

struct ServeOptions {
  std::optional<Path> data;
  std::string listen = "127.0.0.1:8790";
  std::string api_listen = "127.0.0.1:8791";
  std::optional<Path> tokens;
  std::vector<std::string> api_hosts;
  std::string domain = "localhost";
  std::size_t most_workers = edge::PoolLimits{}.most_workers;
  std::size_t idle_seconds = 300;
  std::size_t most_requests = edge::GatewayOptions{}.most_requests;
  edge::Quotas quotas;
  std::size_t prepared = 1;
  std::optional<Path> certificate;
  std::optional<Path> key;
  bool api_tls = false;
};

struct Address {
  std::string host;
  std::uint16_t port = 0;
};

/// `ADDRESS:PORT` or `PORT`; an IPv6 address in brackets.
Result<Address> parse_address(const std::string& text, std::string_view option) {
  const auto colon = text.rfind(':');
  Address out{colon == std::string::npos ? "127.0.0.1" : text.substr(0, colon)};
  if (out.host.starts_with('[') && out.host.ends_with(']')) {
    out.host = out.host.substr(1, out.host.size() - 2);
  }
  const auto port = colon == std::string::npos ? text : text.substr(colon + 1);
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), out.port);
  if (error != std::errc() || end != port.data() + port.size() || out.host.empty()) {
    return failure(usage_error(fmt::format("`{} {}` is not ADDRESS:PORT", option, text)));
  }
  return out;
}

/// Lines `ACCOUNT TOKEN [read|write …]`; `#` begins a comment. Tokens that are known already stay as they
/// are.
Result<void> import_tokens(const Path& file, edge::Records& records, World& world) {
  PYW_TRY_ASSIGN(const auto text, world.files.read(file));
  std::size_t number = 0;
  for (const auto line : split(text, '\n')) {
    ++number;
    const auto words = split_words(line.substr(0, line.find('#')));
    if (words.empty()) {
      continue;
    }
    std::vector<std::string> scopes;
    for (std::size_t i = 2; i < words.size(); ++i) {
      scopes.emplace_back(words[i]);
    }
    const bool known_scopes = std::all_of(
        scopes.begin(), scopes.end(), [](const auto& scope) { return scope == "read" || scope == "write"; });
    constexpr std::size_t shortest_token = 32;
    if (words.size() < 2 || words[1].size() < shortest_token || !known_scopes) {
      Diagnostic problem{Severity::error,
                         "a line is `ACCOUNT TOKEN [read] [write]`, a token 32 characters at least"};
      problem.location = {file.string(), number, 1};
      return failure(Error{ErrorKind::user, {std::move(problem)}});
    }
    const auto hash = edge::token_hash(words[1]);
    PYW_TRY_ASSIGN(const auto known, records.find_token(hash));
    if (!known) {
      PYW_TRY_ASSIGN(const auto account, records.ensure_account(std::string(words[0])));
      const auto name = fmt::format("{}:{}", file.filename().string(), number);
      PYW_TRY(records.add_token(account, name, scopes.empty() ? "read write" : join(scopes, " "), hash));
    }
  }
  return {};
}

/// The runtime for each Python, looked for once.
edge::Workshop::FindParts remembered_parts(World& world) {
  struct Known {
    std::mutex mutex;
    std::map<std::pair<config::PythonVersion, bool>, runtime::RuntimeParts> parts;
  };

  return [known = std::make_shared<Known>(),
          &world](const config::Project& project) -> Result<runtime::RuntimeParts> {
    const std::lock_guard lock(known->mutex);
    const std::pair key{project.python_version, project.is_javascript()};
    if (const auto found = known->parts.find(key); found != known->parts.end()) {
      return found->second;
    }
    PYW_TRY_ASSIGN(auto parts, runtime_parts(project, world, toolchain::CheckDepth::sizes));
    known->parts.emplace(key, parts);
    return parts;
  };
}

Result<std::optional<TlsFiles>> tls_files(const ServeOptions& options, const Context& context) {
  if (options.certificate.has_value() != options.key.has_value() || (options.api_tls && !options.key)) {
    return failure(usage_error("TLS needs both `--tls-certificate` and `--tls-key`"));
  }
  if (!options.key) {
    return std::nullopt;
  }
  const auto& folder = context.options.directory;
  return TlsFiles{folder / *options.certificate,
                  folder / *options.key,
                  "each is a file in PEM, the certificate with its chain behind it"};
}

std::string for_people(const Json& event) {
  const auto kind = text_at(event, "event");
  if (kind == "listening") {
    return fmt::format(
        "Deploy to {}, Workers answer on {}", text_at(event, "api"), text_at(event, "workers"));
  }
  if (kind == "stopping") {
    return "Ending: requests under way are answered";
  }
  const auto version = text_at(event, "version");
  return fmt::format("{}{}{}: {}", kind, version.empty() ? "" : " ", version, text_at(event, "why"));
}

Result<int> serve(const ServeOptions& options, Context& context) {
  auto& world = context.world;
  PYW_TRY_ASSIGN(const auto listen, parse_address(options.listen, "--listen"));
  PYW_TRY_ASSIGN(const auto api, parse_address(options.api_listen, "--api-listen"));
  edge::EdgeOptions resolved;
  resolved.data = edge_data(options.data, context);
  PYW_TRY_ASSIGN(const auto tls, tls_files(options, context));
  resolved.workers = {listen.host, listen.port, tls};
  resolved.api = {api.host, api.port, options.api_tls ? tls : std::nullopt};
  resolved.api_hosts = options.api_hosts;
  resolved.domain = options.domain;
  resolved.limits.most_workers = options.most_workers;
  resolved.limits.prepared = options.prepared;
  resolved.most_requests = options.most_requests;
  resolved.limits.idle = std::chrono::seconds(options.idle_seconds);
  resolved.quotas = options.quotas;
  {
    PYW_TRY_ASSIGN(auto records, edge::open_records(resolved.data, world));
    if (options.tokens) {
      PYW_TRY(import_tokens(context.options.directory / *options.tokens, records, world));
    }
    PYW_TRY_ASSIGN(const auto tokens, records.tokens());
    if (tokens.empty()) {
      world.reporter.message("There is no token yet: `pyw edge token create` makes one");
    }
  }
  const bool json = context.options.format == OutputFormat::json;
  edge::EdgeHooks hooks;
  hooks.parts = remembered_parts(world);
  hooks.log = [&](edge::Importance importance, const std::string& line) {
    if (json) {
      world.reporter.data(line + "\n");
    } else if (importance == edge::Importance::detail) {
      world.reporter.verbose(line);
    } else {
      world.reporter.message(for_people(Json::parse(line)));
    }
  };
  return edge::run_edge(resolved, hooks, world);
}

Runner declare_serve(CLI::App& app) {
  auto options = std::make_shared<ServeOptions>();
  app.add_option("--data", options->data, "where everything is kept (default: ~/.local/share/pyw/edge)")
      ->type_name("DIR");
  app.add_option("--listen", options->listen, "where Workers answer (default: 127.0.0.1:8790)")
      ->type_name("A:N");
  app.add_option(
         "--api-listen", options->api_listen, "where the deploy API answers (default: 127.0.0.1:8791)")
      ->type_name("A:N");
  app.add_option("--tokens", options->tokens, "tokens to take in: lines of ACCOUNT TOKEN [read] [write]")
      ->type_name("FILE");
  app.add_option("--api-host", options->api_hosts, "a name beside this machine's own that the API answers to")
      ->type_name("NAME");
  app.add_option(
         "--tls-certificate", options->certificate, "Workers answer by HTTPS, with this certificate (PEM)")
      ->type_name("FILE");
  app.add_option("--tls-key", options->key, "the certificate's key (PEM)")->type_name("FILE");
  app.add_flag("--api-tls", options->api_tls, "the deploy API answers by HTTPS as well");
  app.add_option("--domain", options->domain, "Workers answer as NAME.SUBDOMAIN.DOMAIN (default: localhost)")
      ->type_name("DOMAIN");
  app.add_option("--max-workers", options->most_workers, "processes kept at once (default: 64)")
      ->type_name("N")
      ->check(CLI::Range(1, 10'000));
  app.add_option("--max-requests",
                 options->most_requests,
                 "requests of a version at once, WebSockets too (default: 1000)")
      ->type_name("N")
      ->check(CLI::Range(1, 1'000'000));
  app.add_option(
      "--prepared", options->prepared, "processes that wait for a Worker to be asked for (default: 1)");
  app.add_option("--idle",
                 options->idle_seconds,
                 "seconds after which a Worker without requests is ended (default: 300)")
      ->type_name("SECONDS")
      ->check(CLI::Range(1, 1'000'000));
  app.add_option(
         "--quota-workers", options->quotas.scripts, "Workers that an account may have (default: any)")
      ->type_name("N");
  app.add_option("--quota-bytes",
                 options->quotas.bytes,
                 "of modules, snapshots and assets an account may keep, `2gb` for instance (default: any)")
      ->type_name("SIZE")
      ->transform(CLI::AsSizeValue(false));
  app.add_option(
         "--quota-uploads", options->quotas.uploads, "uploads of an account at once (default: 3; 0: any)")
      ->type_name("N");
  return [options](Context& context) { return serve(*options, context); };
}

} // namespace

Path edge_data(const std::optional<Path>& given, const Context& context) {
  if (given) {
    return (context.options.directory / *given).lexically_normal();
  }
  const auto& environment = context.world.environment;
  const auto shared = environment.get_nonempty("XDG_DATA_HOME");
  return (shared ? Path(*shared) : environment.home() / ".local" / "share") / "pyw" / "edge";
}

CommandEntry edge_command() {
  return {
      "edge",
      "a deploy API of your own, and the Workers it serves",
      Group::run,
      {{"pyw edge token create", "a token, shown once"},
       {"pyw edge serve", "the API on 127.0.0.1:8791, Workers on 127.0.0.1:8790"},
       {"pyw deploy --target http://127.0.0.1:8791", "with CLOUDFLARE_API_TOKEN set to the token"}},
      [](CLI::App& app) {
        return declare_subcommands(app,
                                   {{"serve", "take deployments and serve them", declare_serve},
                                    {"token", "who may deploy", declare_edge_token},
                                    {"backup", "copy everything, while it serves", declare_edge_backup},
                                    {"restore", "put a backup in place", declare_edge_restore},
                                    {"gc", "remove what no version needs any more", declare_edge_gc}});
      },
  };
}

} // namespace pyw::commands
