// Connections to other services, and bindings that exist only on the platform.
#include <runtime/local_services.hpp>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <functional>

namespace pyw::runtime {

namespace {

using nlohmann::ordered_json;

bool add_mock(const ServiceInput& input, LocalServices& out, const std::string& name) {
  const bool mocked = std::ranges::find(input.mocked, name) != input.mocked.end();
  if (mocked) {
    out.bindings.push_back(binding(name, "service", designator("mock", name, "")));
  }
  return mocked;
}

/// A binding that says, when it is used, why it does not work here.
void add_unavailable(const ServiceInput& input,
                     LocalServices& out,
                     const std::string& name,
                     const std::string& why,
                     const config::Place& place) {
  if (add_mock(input, out, name)) {
    return;
  }
  constexpr std::string_view module = "pyw:unavailable";
  add_binding_module(out, module, capnp_embed((input.guest / "unavailable.js").string()));
  const auto message = fmt::format("the binding {} {}", name, why);
  out.bindings.push_back(binding(
      name,
      "wrapped",
      capnp_struct({{"moduleName", capnp_string(module)},
                    {"innerBindings", "[" + binding("message", "text", capnp_string(message)) + "]"}})));
  out.warnings.push_back(input.project.diagnose(Severity::warning, message, place));
}

const std::string platform_only = "works on the platform only: it has no local counterpart; "
                                  "`pyw dev --mock FILE.py` lets a class answer for it";

/// The same for a binding whose class the SDK looks at: `make` gives it the class of production, and a
/// service that answers every call with 501.
void add_unavailable_service(const ServiceInput& input,
                             LocalServices& out,
                             const std::string& name,
                             const config::Place& place,
                             const std::function<std::string(const std::string& service)>& make) {
  if (add_mock(input, out, name)) {
    return;
  }
  constexpr std::string_view service_name = "unavailable";
  const auto worker = capnp_struct(
      {{"compatibilityDate", capnp_string("2026-01-01")},
       {"modules",
        "[" + embedded_script("unavailable_service.js", input.guest / "unavailable_service.js") + "]"}});
  const auto service = capnp_struct({{"name", capnp_string(service_name)}, {"worker", worker}});
  if (std::ranges::find(out.services, service) == out.services.end()) {
    out.services.push_back(service);
  }
  const auto message = fmt::format("the binding {} {}", name, platform_only);
  out.bindings.push_back(make(designator(service_name, "", ordered_json{{"message", message}}.dump())));
  out.warnings.push_back(input.project.diagnose(Severity::warning, message, place));
}

/// One of the classes that workerd carries for production's use.
std::string internal_api(const std::string& name,
                         std::string_view module,
                         const std::string& service,
                         const std::vector<std::string>& more = {}) {
  std::vector<std::string> inner{binding("fetcher", "service", service)};
  inner.insert(inner.end(), more.begin(), more.end());
  return wrapped(name, module, inner);
}

struct ConnectionString {
  std::string scheme, user, password, host, port, database;
};

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '%' && at + 2 < text.size() &&
        std::isxdigit(static_cast<unsigned char>(text[at + 1])) != 0 &&
        std::isxdigit(static_cast<unsigned char>(text[at + 2])) != 0) {
      out += static_cast<char>(std::stoi(std::string(text.substr(at + 1, 2)), nullptr, 16));
      at += 2;
    } else {
      out += text[at];
    }
  }
  return out;
}

/// scheme://user:password@host:port/database?…; nullopt when a part is missing.
std::optional<ConnectionString> parse_connection(std::string_view text) {
  ConnectionString result;
  const auto scheme = text.find("://");
  const auto at = text.rfind('@', text.find('?'));
  if (scheme == std::string_view::npos || at == std::string_view::npos) {
    return std::nullopt;
  }
  result.scheme = text.substr(0, scheme);
  const auto login = text.substr(scheme + 3, at - scheme - 3);
  const auto colon = login.find(':');
  result.user = percent_decoded(login.substr(0, colon));
  result.password = colon == std::string_view::npos ? "" : percent_decoded(login.substr(colon + 1));
  auto rest = text.substr(at + 1);
  rest = rest.substr(0, rest.find('?'));
  const auto slash = rest.find('/');
  if (slash == std::string_view::npos) {
    return std::nullopt;
  }
  result.database = percent_decoded(rest.substr(slash + 1));
  const auto address = rest.substr(0, slash);
  const auto port = address.rfind(':');
  result.host = address.substr(0, port);
  result.port = port == std::string_view::npos ? (result.scheme == "mysql" ? "3306" : "5432")
                                               : address.substr(port + 1);
  if (result.scheme == "postgresql") {
    result.scheme = "postgres";
  }
  const bool known = result.scheme == "postgres" || result.scheme == "mysql";
  return known && !result.user.empty() && !result.host.empty() && !result.database.empty()
             ? std::optional(result)
             : std::nullopt;
}

Result<void> add_hyperdrive(const ServiceInput& input, LocalServices& out, const config::Hyperdrive& item) {
  auto text = item.local_connection_string;
  for (const std::string_view prefix : {"CLOUDFLARE_", "WRANGLER_"}) {
    if (const auto set = input.environment.get_nonempty(
            fmt::format("{}HYPERDRIVE_LOCAL_CONNECTION_STRING_{}", prefix, item.binding))) {
      text = set;
      break;
    }
  }
  if (!text) {
    add_unavailable(input,
                    out,
                    item.binding,
                    "needs a local database: set `localConnectionString`, or the environment variable "
                    "CLOUDFLARE_HYPERDRIVE_LOCAL_CONNECTION_STRING_" +
                        item.binding,
                    item.place);
    return {};
  }
  const auto connection = parse_connection(*text);
  if (!connection) {
    return failure(Error{ErrorKind::user,
                         {input.project.diagnose(
                             Severity::error,
                             fmt::format("the local connection string of `{}` cannot be read", item.binding),
                             item.place,
                             {"it looks like postgres://USER:PASSWORD@HOST:PORT/DATABASE"})}});
  }
  const auto service = "hyperdrive:" + item.binding;
  out.services.push_back(
      capnp_struct({{"name", capnp_string(service)},
                    {"external",
                     capnp_struct({{"address", capnp_string(connection->host + ":" + connection->port)},
                                   {"tcp", "()"}})}}));
  out.bindings.push_back(binding(item.binding,
                                 "hyperdrive",
                                 capnp_struct({{"designator", capnp_string(service)},
                                               {"database", capnp_string(connection->database)},
                                               {"user", capnp_string(connection->user)},
                                               {"password", capnp_string(connection->password)},
                                               {"scheme", capnp_string(connection->scheme)}})));
  return {};
}

} // namespace

Result<void> add_connections(const ServiceInput& input, LocalServices& out) {
  for (const auto& item : input.project.services) {
    if (item.service != input.project.name.value) {
      continue; // see add_external_workers
    }
    const auto props = item.props ? config::to_json_text(*item.props) : std::string{};
    out.bindings.push_back(
        binding(item.binding, "service", designator(worker_service, item.entrypoint.value_or(""), props)));
  }
  for (const auto& item : input.project.hyperdrive) {
    PYW_TRY(add_hyperdrive(input, out, item));
  }
  for (const auto& item : input.project.send_email) {
    ordered_json rules = ordered_json::object();
    if (item.destination_address) {
      rules["to"] = ordered_json::array({*item.destination_address});
    } else if (item.allowed_destination_addresses) {
      rules["to"] = *item.allowed_destination_addresses;
    }
    if (item.allowed_sender_addresses) {
      rules["from"] = *item.allowed_sender_addresses;
    }
    if (add_binding_module(out, "pyw:send-email", capnp_embed((input.guest / "send_email.js").string()))) {
      add_disk(input, out, "email", "email");
    }
    out.bindings.push_back(
        binding(item.name,
                "wrapped",
                capnp_struct({{"moduleName", capnp_string("pyw:send-email")},
                              {"innerBindings",
                               capnp_list({binding("rules", "json", capnp_string(rules.dump())),
                                           binding("store", "service", capnp_string("email"))},
                                          8)}})));
  }
  return {};
}

void add_remote_only(const ServiceInput& input, LocalServices& out) {
  const auto& project = input.project;
  const auto add = [&](const std::string& name, const config::Place& place) {
    add_unavailable(input, out, name, platform_only, place);
  };
  const auto add_service = [&](const auto& item, const std::function<std::string(const std::string&)>& make) {
    add_unavailable_service(input, out, item.binding, item.place, make);
  };
  if (const auto& item = project.ai) {
    add_service(*item, [&](const auto& service) {
      return internal_api(item->binding, "cloudflare-internal:ai-api", service);
    });
  }
  if (const auto& item = project.images) {
    add_service(*item, [&](const auto& service) {
      return internal_api(item->binding, "cloudflare-internal:images-api", service);
    });
  }
  for (const auto& item : project.vectorize) {
    add_service(item, [&](const auto& service) {
      return internal_api(item.binding,
                          "cloudflare-internal:vectorize-api",
                          service,
                          {binding("indexId", "text", capnp_string(item.index_name)),
                           binding("indexVersion", "text", capnp_string("v2")),
                           binding("useNdJson", "json", capnp_string("true"))});
    });
  }
  for (const auto& item : project.mtls_certificates) {
    add_service(item, [&](const auto& service) { return binding(item.binding, "service", service); });
  }
  for (const auto* item : {&project.browser, &project.media, &project.stream, &project.analytics}) {
    if (*item) {
      add((*item)->binding, (*item)->place);
    }
  }
  const auto add_all = [&](const auto& items) {
    for (const auto& item : items) {
      add(item.binding, item.place);
    }
  };
  add_all(project.dispatch_namespaces);
  add_all(project.pipelines);
  add_all(project.passed_on_bindings);
}

} // namespace pyw::runtime
