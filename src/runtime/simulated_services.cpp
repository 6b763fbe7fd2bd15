// R2, the Cache API, rate limits and the secrets store: miniflare's worker scripts, run by
// workerd. Each is a Durable Object behind a small entry, both in one isolate: each isolate costs a start of
// the Worker (measured: 4 ms). The data of each lies in one folder of the state.
#include <runtime/local_services.hpp>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

namespace pyw::runtime {

namespace {

using nlohmann::ordered_json;

// What miniflare's own scripts are written against.
constexpr std::string_view simulated_service_date = "2023-07-24";
constexpr std::string_view service_flags = R"(["nodejs_compat", "experimental"])";

struct Simulation {
  std::string_view name;          ///< of the disk and, with `:entry`, of the service
  std::string_view folder;        ///< below the state
  std::string_view object_script; ///< without the ending
  std::string_view object_class;
  std::string_view entry_script = "shared/object-entry";
  bool sql = false;
  std::string_view entry_name = {}; ///< of the service, empty: NAME:entry
};

std::string script(const ServiceInput& input, std::string_view name) {
  return capnp_embed((input.parts.miniflare / (std::string(name) + ".worker.js")).string());
}

std::string es_module(std::string_view name, std::string_view value) {
  return capnp_module(name, "esModule", value);
}

std::string simulated_worker(const std::vector<std::string>& modules,
                             const std::vector<std::string>& bindings,
                             const std::vector<CapnpField>& more) {
  std::vector<CapnpField> fields{{"compatibilityDate", capnp_string(simulated_service_date)},
                                 {"compatibilityFlags", std::string(service_flags)},
                                 {"modules", capnp_list(modules, 6)},
                                 {"bindings", capnp_list(bindings, 6)}};
  fields.insert(fields.end(), more.begin(), more.end());
  return capnp_struct(fields);
}

void add_service(LocalServices& out, std::string_view name, const std::string& worker) {
  out.services.push_back(capnp_struct({{"name", capnp_string(name)}, {"worker", worker}}));
}

/// Modules that miniflare's scripts import by these names.
void add_shared_modules(const ServiceInput& input, LocalServices& out) {
  add_extension(out,
                "(modules = [" + es_module("miniflare:shared", script(input, "shared/index")) + ", " +
                    es_module("miniflare:zod", script(input, "shared/zod")) + "])");
}

void add_simulation(const ServiceInput& input, LocalServices& out, const Simulation& simulation) {
  add_shared_modules(input, out);
  const auto disk = fmt::format("{}:storage", simulation.name);
  add_disk(input, out, disk, simulation.folder);
  const auto object_class =
      capnp_struct({{"className", capnp_string(simulation.object_class)},
                    {"uniqueKey", capnp_string(fmt::format("miniflare-{}", simulation.object_class))},
                    {"enableSql", simulation.sql ? "true" : ""}});
  const auto main = fmt::format("export {{ {} }} from \"./object.js\";\n"
                                "export {{ default }} from \"./entry.js\";\n",
                                simulation.object_class);
  add_service(
      out,
      simulation.entry_name.empty() ? fmt::format("{}:entry", simulation.name)
                                    : std::string(simulation.entry_name),
      simulated_worker({es_module("main.js", capnp_string(main)),
                        es_module("object.js", script(input, simulation.object_script)),
                        es_module("entry.js", script(input, simulation.entry_script))},
                       {binding("MINIFLARE_BLOBS", "service", capnp_string(disk)),
                        binding("MINIFLARE_OBJECT",
                                "durableObjectNamespace",
                                capnp_struct({{"className", capnp_string(simulation.object_class)}}))},
                       {{"durableObjectNamespaces", "[" + object_class + "]"},
                        {"durableObjectStorage", capnp_struct({{"localDisk", capnp_string(disk)}})}}));
}

std::string named(std::string_view service, const std::string& name) {
  return designator(service, "", ordered_json{{"MINIFLARE_NAMESPACE", name}}.dump());
}

constexpr Simulation ratelimit_service{
    "ratelimit", "ratelimit", "ratelimit/ratelimit-object", "RateLimiterObject", "shared/object-entry", true};
constexpr Simulation r2_service{"r2", "r2", "r2/bucket", "R2BucketObject"};

void add_rate_limits(const ServiceInput& input, LocalServices& out) {
  if (input.project.ratelimits.empty()) {
    return;
  }
  if (input.stores.empty()) {
    add_simulation(input, out, ratelimit_service);
  }
  constexpr std::string_view module = "cloudflare-internal:ratelimit:module";
  add_binding_module(out, module, script(input, "ratelimit/ratelimit"));
  for (const auto& limit : input.project.ratelimits) {
    out.bindings.push_back(
        wrapped(limit.name,
                module,
                {binding("fetcher",
                         "service",
                         input.stores.empty() ? named("ratelimit:entry", limit.namespace_id)
                                              : shared_store(input, out, "ratelimit", limit.namespace_id)),
                 binding("limit", "json", capnp_string(fmt::format("{}", limit.limit))),
                 binding("period", "json", capnp_string(fmt::format("{}", limit.period)))}));
  }
}

void add_secrets_store(const ServiceInput& input, LocalServices& out) {
  if (input.project.secrets_store_secrets.empty()) {
    return;
  }
  add_simulation(input, out, {"secrets-store", "secrets-store", "kv/namespace", "KVNamespaceObject"});
  for (const auto& secret : input.project.secrets_store_secrets) {
    const auto service = fmt::format("secrets-store:{}:{}", secret.store_id, secret.secret_name);
    add_service(out,
                service,
                simulated_worker(
                    {es_module("index.js", script(input, "secrets-store/secret"))},
                    {binding("store", "kvNamespace", named("secrets-store:entry", secret.store_id)),
                     binding("secret_name", "json", capnp_string(ordered_json(secret.secret_name).dump()))},
                    {}));
    out.bindings.push_back(binding(secret.binding, "service", designator(service, "SecretsStoreSecret", "")));
  }
}

/// `caches.default` exists in every Worker, so this service does too.
void add_cache(const ServiceInput& input, LocalServices& out) {
  add_simulation(input, out, {"cache", "cache", "cache/cache", "CacheObject", "cache/cache-entry"});
  out.worker_fields.emplace_back("cacheApiOutbound", capnp_string("cache:entry"));
}

} // namespace

void add_kv_like_wrangler(const ServiceInput& input, LocalServices& out) {
  add_simulation(
      input,
      out,
      {"kv:object", "kv", "kv/namespace", "KVNamespaceObject", "shared/object-entry", false, "kv"});
}

void add_d1_like_wrangler(const ServiceInput& input, LocalServices& out) {
  add_simulation(input, out, {"d1:object", "d1", "d1/database", "D1DatabaseObject", "d1/entry", false, "d1"});
}

void add_r2(const ServiceInput& input, LocalServices& out) {
  if (input.project.r2_buckets.empty()) {
    return;
  }
  if (input.stores.empty()) {
    add_simulation(input, out, r2_service);
  }
  for (const auto& bucket : input.project.r2_buckets) {
    out.bindings.push_back(r2_binding(bucket.binding, r2_designator(input, out, r2_name(bucket))));
  }
}

std::string r2_name(const config::R2Bucket& item) {
  return item.bucket_name.value_or(item.binding);
}

std::string r2_designator(const ServiceInput& input, LocalServices& out, const std::string& bucket) {
  return input.stores.empty() ? named("r2:entry", bucket) : shared_store(input, out, "r2", bucket);
}

std::string r2_binding(std::string_view name, const std::string& service) {
  return binding(name, "r2Bucket", service);
}

void add_simulated_stores(const ServiceInput& input, LocalServices& out) {
  add_simulation(input, out, r2_service);
  add_simulation(input, out, ratelimit_service);
  add_cache(input, out);
}

void add_simulated_services(const ServiceInput& input, LocalServices& out) {
  if (input.stores.empty()) {
    // What a cache forgets was never promised: two generations of a Worker may share it.
    const bool stores = out.has_storage;
    add_cache(input, out);
    out.has_storage = stores;
  } else {
    out.worker_fields.emplace_back("cacheApiOutbound", shared_store(input, out, "cache", ""));
  }
  add_r2(input, out);
  add_rate_limits(input, out);
  add_secrets_store(input, out);
}

} // namespace pyw::runtime
