#include <config/schema.hpp>
#include <config/schema_tables.hpp>

#include <algorithm>
#include <array>

namespace pyw::config {

namespace {

using enum Inheritance;
constexpr auto optional = Presence::optional;

constexpr Shape environments{
    .type = Shape::Type::map, .wanted = "a table of environments", .item = &schema::any_table};
constexpr std::string_view javascript_only = "concerns JavaScript only; a Python Worker ignores it";

const std::array keys{
    Key{"$schema", &schema::text, "where an editor finds this schema", optional, top_level_only},
    Key{"name", &schema::name, "the Worker's name"},
    Key{"main", &schema::text, "the entry file, relative to the configuration"},
    Key{"compatibility_date", &schema::date, "the day whose runtime behaviour the Worker gets"},
    Key{"compatibility_flags", &schema::text_list, "single behaviours; `python_workers` is one"},
    Key{"account_id", &schema::text, "the account to deploy to"},
    Key{"env",
        &environments,
        "environments: deployments with settings of their own",
        optional,
        top_level_only},

    Key{"base_dir",
        &schema::text,
        "the folder whose files are the Worker's modules; the entry's when absent"},
    Key{"rules", &schema::rules, "which files become which modules"},
    Key{"find_additional_modules", &schema::boolean, "whether files beside the entry are modules too"},
    Key{"no_bundle", &schema::boolean, "always on for Python"},
    Key{"preserve_file_names", &schema::boolean, javascript_only},
    Key{"python_modules", &schema::python_modules, "which vendored packages' files are uploaded"},

    Key{"vars", &schema::vars, "variables: strings or any JSON", optional, not_inheritable},
    Key{"secrets", &schema::secrets, "which secrets the Worker needs", optional, not_inheritable},
    Key{"kv_namespaces", &schema::kv_namespaces, "KV namespaces", optional, not_inheritable},
    Key{"r2_buckets", &schema::r2_buckets, "R2 buckets", optional, not_inheritable},
    Key{"d1_databases", &schema::d1_databases, "D1 databases", optional, not_inheritable},
    Key{"durable_objects", &schema::durable_objects, "Durable Object namespaces", optional, not_inheritable},
    Key{"migrations", &schema::migrations, "the history of the Durable Object classes"},
    Key{"exports", &schema::exports, "what the Worker's classes are"},
    Key{"queues", &schema::queues, "queues", optional, not_inheritable},
    Key{"services", &schema::services, "other Workers", optional, not_inheritable},
    Key{"workflows", &schema::workflows, "workflows", optional, not_inheritable},
    Key{"ratelimits", &schema::ratelimits, "rate limits", optional, not_inheritable},
    Key{"hyperdrive", &schema::hyperdrive, "databases through Hyperdrive", optional, not_inheritable},
    Key{"analytics_engine_datasets",
        &schema::analytics_engine_datasets,
        "Analytics Engine",
        optional,
        not_inheritable},
    Key{"vectorize", &schema::vectorize, "Vectorize indexes", optional, not_inheritable},
    Key{"send_email", &schema::send_email, "outgoing mail", optional, not_inheritable},
    Key{"secrets_store_secrets",
        &schema::secrets_store_secrets,
        "secrets of the account",
        optional,
        not_inheritable},
    Key{"dispatch_namespaces",
        &schema::dispatch_namespaces,
        "Workers for Platforms",
        optional,
        not_inheritable},
    Key{"mtls_certificates", &schema::mtls_certificates, "client certificates", optional, not_inheritable},
    Key{"pipelines", &schema::pipelines, "Pipelines", optional, not_inheritable},
    Key{"worker_loaders", &schema::worker_loaders, "Workers made at run time", optional, not_inheritable},
    Key{"ai", &schema::ai, "Workers AI", optional, not_inheritable},
    Key{"browser", &schema::named_binding, "a browser to control", optional, not_inheritable},
    Key{"images", &schema::named_binding, "image transformations", optional, not_inheritable},
    Key{"media", &schema::named_binding, "media transformations", optional, not_inheritable},
    Key{"stream", &schema::named_binding, "Stream", optional, not_inheritable},
    Key{"analytics", &schema::named_binding, "Analytics SQL", optional, not_inheritable},
    Key{"version_metadata", &schema::named_binding, "which version runs", optional, not_inheritable},
    Key{"assets", &schema::assets, "static files"},
    Key{"tail_consumers",
        &schema::tail_consumers,
        "Workers that get this one's events",
        optional,
        not_inheritable},
    Key{"streaming_tail_consumers",
        &schema::streaming_tail_consumers,
        "Workers that get this one's events while they happen",
        optional,
        not_inheritable},

    Key{"ai_search", &schema::binding_list, "AI Search instances", optional, not_inheritable},
    Key{"ai_search_namespaces", &schema::binding_list, "AI Search namespaces", optional, not_inheritable},
    Key{"agent_memory", &schema::binding_list, "Agent Memory", optional, not_inheritable},
    Key{"artifacts", &schema::binding_list, "Artifacts", optional, not_inheritable},
    Key{"flagship", &schema::binding_list, "Flagship", optional, not_inheritable},
    Key{"k2", &schema::binding_list, "K2 streams", optional, not_inheritable},
    Key{"vpc_services", &schema::binding_list, "services of a private network", optional, not_inheritable},
    Key{"vpc_networks", &schema::binding_list, "private networks", optional, not_inheritable},
    Key{"unsafe_hello_world",
        &schema::binding_list,
        "a binding to test the platform with",
        optional,
        not_inheritable},
    Key{"unsafe",
        &schema::unsafe_settings,
        "what is sent to the deploy API as it is",
        optional,
        not_inheritable},
    Key{"logfwdr", &schema::logfwdr, "log forwarding"},
    Key{"connect", &schema::connect, "ports for incoming connections", optional, not_inheritable},

    Key{"triggers", &schema::triggers, "schedules"},
    Key{"route", &schema::route, "the one path the Worker serves"},
    Key{"routes", &schema::routes, "the paths the Worker serves"},
    Key{"workers_dev",
        &schema::boolean,
        "whether it is reachable under workers.dev; when absent: if it has no routes"},
    Key{"preview_urls", &schema::boolean, "whether every version gets a URL of its own"},
    Key{"placement", &schema::placement, "where the Worker runs"},
    Key{"limits", &schema::limits, "limits of a request"},
    Key{"observability", &schema::observability, "what is logged and traced"},
    Key{"logpush", &schema::boolean, "whether Logpush gets the logs"},
    Key{"cache", &schema::cache, "caching of the responses"},
    Key{"access", &schema::any_table, "Cloudflare Access in local development"},
    Key{"compliance_region", &schema::compliance_region, "public or fedramp_high"},
    Key{"upload_source_maps", &schema::boolean, javascript_only},
    Key{"keep_vars",
        &schema::boolean,
        "whether a deployment keeps variables set elsewhere",
        optional,
        top_level_only},
    Key{"send_metrics",
        &schema::boolean,
        "wrangler's own usage metrics; pyw sends none",
        optional,
        top_level_only},
    Key{"dev", &schema::dev, "settings of `pyw dev`", optional, top_level_only},
    Key{"addresses", &schema::text_list, "mail addresses of the Worker", optional, top_level_only},
    Key{"previews", &schema::any_table, "settings of preview deployments"},

    Key{"containers", &schema::anything, "containers beside Durable Objects", optional, not_inheritable},
    Key{"cloudchamber", &schema::any_table, "containers", optional, not_inheritable},
    Key{"build", &schema::any_table, "a command that wrangler runs before bundling"},
    Key{"define", &schema::text_map, javascript_only, optional, not_inheritable},
    Key{"minify", &schema::boolean, javascript_only},
    Key{"keep_names", &schema::boolean, javascript_only},
    Key{"tsconfig", &schema::text, javascript_only},
    Key{"jsx_factory", &schema::text, javascript_only},
    Key{"jsx_fragment", &schema::text, javascript_only},
    Key{"first_party_worker", &schema::boolean, "internal to Cloudflare"},
    Key{"alias", &schema::text_map, javascript_only, optional, top_level_only},
    Key{"wasm_modules", &schema::text_map, javascript_only, optional, top_level_only},
    Key{"text_blobs", &schema::text_map, javascript_only, optional, top_level_only},
    Key{"data_blobs", &schema::text_map, javascript_only, optional, top_level_only},
    Key{"site", &schema::any_table, "Workers Sites; `assets` took its place", optional, top_level_only},
    Key{"pages_build_output_dir", &schema::text, "marks a Pages project", optional, top_level_only},
    Key{"dependencies_instrumentation",
        &schema::any_table,
        "what wrangler tells about npm packages",
        optional,
        top_level_only},
};

} // namespace

std::span<const Key> top_level_keys() {
  return keys;
}

const Key* find_top_level_key(std::string_view name) {
  const auto found =
      std::find_if(keys.begin(), keys.end(), [&](const auto& key) { return key.name == name; });
  return found == keys.end() ? nullptr : &*found;
}

} // namespace pyw::config
