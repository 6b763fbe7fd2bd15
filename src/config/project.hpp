// A Worker's project as its files say it: parsed once, checked once, then only read. Every value still knows
// its line. Made by load_project (config/load.hpp).
#pragma once

#include <base/error.hpp>
#include <base/filesystem.hpp>
#include <base/secret.hpp>
#include <config/bindings.hpp>
#include <config/place.hpp>
#include <config/value.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pyw::config {

enum class PythonVersion { python_3_12, python_3_13, python_3_14 };

/// "3.14".
[[nodiscard]] std::string_view to_text(PythonVersion version);

/// What compatibility date ("2026-10-01", possibly empty) and flags choose (facts/python.md 1; workerd's
/// compatibility-date.capnp). A `python_workers_…` flag chooses whatever the date is; its `no_…` twin takes
/// the date's choice back; without any of them it is 3.12.
[[nodiscard]] PythonVersion python_version_for(std::string_view date, const std::vector<std::string>& flags);

/// What pyproject.toml says.
struct PythonProject {
  Path file;
  std::optional<Located<std::string>> name = {};
  std::optional<Located<std::string>> requires_python = {};
  std::vector<Located<std::string>> dependencies = {}; ///< `project.dependencies`, PEP 508 texts
  Place dependencies_place = {};                       ///< of the key; nowhere when there is none
};

/// A module rule (`rules`).
struct Rule {
  std::string type = {}; ///< ESModule, CommonJS, CompiledWasm, Text, Data, PythonModule or PythonRequirement
  std::vector<std::string> globs = {};
  bool fallthrough = false;
  Place place = {};
};

struct Route {
  std::string pattern = {};
  OptionalText zone_id = {};
  OptionalText zone_name = {};
  bool custom_domain = false;
  std::optional<bool> enabled = {};
  std::optional<bool> previews_enabled = {};
  Place place = {};
};

struct SecretVariable {
  std::string name = {};
  Secret value = {};
  Place place = {};
};

/// `dev`: what `pyw dev` starts with when the command line does not say.
struct DevSettings {
  OptionalText ip = {};
  std::optional<std::uint16_t> port = {};
  OptionalText inspector_ip = {};
  std::optional<std::uint16_t> inspector_port = {};
  OptionalText local_protocol = {}; ///< http or https
  OptionalText upstream_protocol = {};
  OptionalText host = {};
};

enum class BindingKind {
  variable,
  secret,
  kv_namespace,
  r2_bucket,
  d1_database,
  durable_object,
  queue,
  service,
  workflow,
  rate_limit,
  hyperdrive,
  analytics_engine,
  vectorize,
  send_email,
  secrets_store_secret,
  dispatch_namespace,
  mtls_certificate,
  pipeline,
  ai,
  browser,
  images,
  media,
  stream,
  analytics,
  version_metadata,
  worker_loader,
  assets,
  passed_on
};

/// What a Worker finds in `env`, whatever its kind.
struct BindingName {
  BindingKind kind = BindingKind::variable;
  std::string name = {};
  Place place = {};
};

struct Project {
  // --- Where it comes from ---
  Path root;        ///< absolute; the folder of the config file, which relative paths start from
  Path config_file; ///< absolute; wrangler.json, wrangler.jsonc, wrangler.toml, or pyproject.toml with
                    ///< [tool.pyw]
  std::vector<SourceFile> sources; ///< what Place::file counts
  std::vector<Path> read_files; ///< absolute; every file whose change changes the project, also absent ones
  std::optional<PythonProject> python; ///< nullopt when there is no pyproject.toml

  // --- Environments ---
  std::optional<std::string> environment; ///< the chosen one; nullopt: the top level
  std::vector<std::string> environments;  ///< all that the file defines
  std::string top_level_name;             ///< `name` outside of all environments; tags `cf:service=`

  // --- The Worker ---
  Located<std::string>
      name; ///< resolved: `top-env` in an environment; the folder's name when none is configured
  bool name_is_configured = false;
  std::optional<Located<std::string>> main; ///< as written, relative to root; nullopt: only assets
  std::optional<Located<std::string>> base_dir;
  Located<std::string> compatibility_date; ///< YYYY-MM-DD
  std::vector<Located<std::string>> compatibility_flags;
  PythonVersion python_version = PythonVersion::python_3_14;
  std::optional<Located<std::string>> account_id;

  // --- Modules ---
  std::vector<Rule> rules;
  bool find_additional_modules = true;
  std::optional<bool> no_bundle;
  std::optional<std::vector<std::string>> python_modules_exclude; ///< nullopt: the default, `**/*.pyc`

  // --- Variables and secrets ---
  std::vector<Variable> vars; ///< in config order
  /// From .dev.vars or .env files, only when they were asked for (LoadOptions::secrets). They win over vars
  /// of the same name, locally.
  std::vector<SecretVariable> secrets;
  std::optional<std::vector<Located<std::string>>> required_secrets; ///< `secrets.required`

  // --- Bindings, in config order ---
  std::vector<KvNamespace> kv_namespaces;
  std::vector<R2Bucket> r2_buckets;
  std::vector<D1Database> d1_databases;
  std::vector<DurableObjectBinding> durable_objects;
  std::vector<Migration> migrations;
  std::vector<Export> exports;
  std::vector<QueueProducer> queue_producers;
  std::vector<QueueConsumer> queue_consumers;
  std::vector<ServiceBinding> services;
  std::vector<WorkflowBinding> workflows;
  std::vector<RateLimit> ratelimits;
  std::vector<Hyperdrive> hyperdrive;
  std::vector<AnalyticsEngineDataset> analytics_engine_datasets;
  std::vector<VectorizeIndex> vectorize;
  std::vector<SendEmail> send_email;
  std::vector<SecretsStoreSecret> secrets_store_secrets;
  std::vector<DispatchNamespace> dispatch_namespaces;
  std::vector<MtlsCertificate> mtls_certificates;
  std::vector<Pipeline> pipelines;
  std::vector<NamedBinding> worker_loaders;
  std::optional<NamedBinding> ai;
  std::optional<NamedBinding> browser;
  std::optional<NamedBinding> images;
  std::optional<NamedBinding> media;
  std::optional<NamedBinding> stream;
  std::optional<NamedBinding> analytics;
  std::optional<NamedBinding> version_metadata;
  std::optional<Assets> assets;
  std::vector<TailConsumer> tail_consumers;
  std::vector<TailConsumer> streaming_tail_consumers;
  std::vector<PassedOnBinding> passed_on_bindings;

  // --- Triggers and deployment ---
  std::optional<std::vector<Located<std::string>>> crons; ///< nullopt: not configured; empty: remove them
  std::vector<Route> routes;                              ///< of `route` or `routes`
  std::optional<bool> workers_dev;                        ///< nullopt: on when there are no routes
  std::optional<bool> preview_urls;
  std::optional<bool> keep_vars;
  std::optional<bool> logpush;
  std::optional<bool> send_metrics;
  DevSettings dev;

  /// The whole resolved configuration, environment applied, in the file's order; what has no typed member
  /// (limits, placement, observability, unsafe, cache, containers, build …) is read from here.
  Value resolved = Value::make_table();

  // --- Questions ---
  [[nodiscard]] bool has_flag(std::string_view flag) const;

  /// A key of `resolved`; nullptr when it is not configured.
  [[nodiscard]] const Value* raw(std::string_view key) const { return resolved.find(key); }

  /// A number of the table `limits`: "cpu_ms", "subrequests". nullopt: not configured, or no number.
  [[nodiscard]] std::optional<std::int64_t> limit(std::string_view name) const;

  /// The folder whose files are the Worker's modules: base_dir, else the folder of main. Absolute.
  [[nodiscard]] Path module_root() const;
  /// Absolute; empty when there is no main.
  [[nodiscard]] Path main_file() const;

  /// Whether `main` is a JavaScript module: such a Worker runs beside those in Python.
  [[nodiscard]] bool is_javascript() const;

  /// Where vendored packages go: `python_modules` beside the config file. Absolute.
  [[nodiscard]] Path python_modules() const { return root / "python_modules"; }

  /// Every name that the Worker finds in `env`, kinds in the order of BindingKind.
  [[nodiscard]] std::vector<BindingName> binding_names() const;
  /// A finding that points at `place` in the project's files.
  [[nodiscard]] Diagnostic diagnose(Severity severity,
                                    std::string message,
                                    const Place& place,
                                    std::vector<std::string> hints = {}) const;
};

} // namespace pyw::config
