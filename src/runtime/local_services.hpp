// The services beside a Worker that stand for the platform: one for each kind of binding that the project
// uses. What workerd bundles is used as it is (KV, D1, queues, cron, workflows, static assets); miniflare's
// worker scripts simulate the rest. The wiring of each is in docs/local-bindings.md.
#pragma once

#include <base/environment.hpp>
#include <base/result.hpp>
#include <base/secret.hpp>
#include <config/project.hpp>
#include <runtime/capnp_text.hpp>
#include <runtime/parts.hpp>

#include <nlohmann/json_fwd.hpp>

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace pyw::runtime {

/// Parts of workerd's configuration, as text.
struct LocalServices {
  std::vector<std::string> services;
  std::vector<std::string> extensions;
  std::vector<std::string> bindings;       ///< of the Worker
  std::vector<CapnpField> worker_fields;   ///< further fields of the Worker
  std::vector<std::string> front_modules;  ///< what pyw's own service in front has beside its own (plan.cpp)
  std::vector<std::string> front_bindings; ///< the same
  std::vector<Path> directories;           ///< must exist before workerd starts
  std::vector<Diagnostic> warnings;        ///< bindings that do not work locally
  std::string entry = "worker"; ///< the service that requests go to: the Worker, or its assets in front of it
  bool has_storage = false;
};

/// What the wiring is made from.
struct ServiceInput {
  const config::Project& project;
  const RuntimeParts& parts;
  const Path& state;    ///< the folder that data is kept in
  const Path& guest;    ///< the folder with the guest's files
  const Path& registry; ///< the folder in which running Workers of this machine are noted
  const Environment& environment;
  /// The text of the asset folder's `_headers`, `_redirects` and `.assetsignore`, under the keys `headers`,
  /// `redirects` and `ignore`.
  const std::map<std::string, std::string>& asset_files;
  const std::vector<std::string>& mocked; ///< classes of `--mock`, which answer for the bindings so named
  /// The Unix socket of stores that several processes share (runtime/account_stores.hpp): KV, D1, R2, queues
  /// and so on are asked for there, and nothing of them is kept below `state`. Empty: each process has its
  /// own.
  Path stores = {};
  /// A Unix socket that answers what `registry` holds otherwise, and starts the Worker that is asked for.
  Path links = {};
  /// The same for queues (runtime/account_queues.hpp): neither messages nor consumers are this process's
  /// matter.
  Path queues = {};
  /// What the ids of other Workers' Durable Objects are made from, where it is not WORKER-CLASS: by
  /// WORKER/CLASS.
  std::map<std::string, std::string> object_keys = {};
  /// What describes how Workers in Python are loaded (runtime/dynamic_workers.hpp). Empty: none can be.
  Path dynamic_workers = {};
};

/// How the files below the state folder are arranged. `wrangler dev` calls its folder `v3`; a folder of that
/// name is read and written as it does, but for queues, schedules and workflows, which it keeps otherwise or
/// not at all.
enum class StateLayout { own, wrangler };
[[nodiscard]] StateLayout layout_of(const Path& state);
/// The folder below the state in which a service that workerd bundles keeps its files.
[[nodiscard]] std::string bundled_folder(std::string_view service, const Path& state);

/// The name of the Worker's own service.
inline constexpr std::string_view worker_service = "worker";
/// All that is pyw's own, in one isolate, for each costs a start of the Worker (measured: 4 ms):
/// guest/front.js or guest/edge_front.js by default, and by these names guest/tail.js and, in development,
/// guest/data/api.js.
inline constexpr std::string_view front_service = "front";
inline constexpr std::string_view tail_entrypoint = "tail";
inline constexpr std::string_view data_entrypoint = "data";

/// A value of the environment that is no service: a text, or JSON.
struct PlainValue {
  std::string name;
  bool is_json = false;
  Secret value;
};

/// Variables, secrets (which win) and what stands for the version's metadata.
[[nodiscard]] std::vector<PlainValue> plain_values(const config::Project& project);

/// Fails when the configuration contradicts itself (a connection string that is none, …).
[[nodiscard]] Result<LocalServices> local_services(const ServiceInput& input);

// --- The kinds, each adds to `out` when the project uses it ---

void add_variables(const ServiceInput& input, LocalServices& out);
void add_kv(const ServiceInput& input, LocalServices& out);
void add_d1(const ServiceInput& input, LocalServices& out);
/// The same two by miniflare's scripts, which keep data as `wrangler dev` does.
void add_kv_like_wrangler(const ServiceInput& input, LocalServices& out);
void add_d1_like_wrangler(const ServiceInput& input, LocalServices& out);
void add_r2(const ServiceInput& input, LocalServices& out);
void add_bundled_services(const ServiceInput& input, LocalServices& out);
void add_simulated_services(const ServiceInput& input, LocalServices& out);
void add_analytics(const ServiceInput& input, LocalServices& out);
void add_durable_objects(const ServiceInput& input, LocalServices& out);
[[nodiscard]] Result<void> add_connections(const ServiceInput& input, LocalServices& out);
void add_external_queues(const ServiceInput& input, LocalServices& out);
void add_delayed_queues(const ServiceInput& input, LocalServices& out);
void add_dead_letters(const ServiceInput& input, LocalServices& out);
void add_external_workers(const ServiceInput& input, LocalServices& out);
void add_remote_only(const ServiceInput& input, LocalServices& out);

// --- Helpers of theirs ---

/// The folder in which running Workers of this machine are noted, as a service; once.
void add_registry(const ServiceInput& input, LocalServices& out);
inline constexpr std::string_view registry_service = "external:registry";
inline constexpr std::string_view external_queues_service = "external-queues";
inline constexpr std::string_view delayed_queues_service = "delayed-queues";
inline constexpr std::string_view dead_letters_service = "dead-letters";

/// `(name = "NAME", field = value)`.
[[nodiscard]] std::string binding(std::string_view name, std::string_view field, std::string_view value);
/// A service designator with properties: `(name = "kv", props = (json = "{…}"))`.
[[nodiscard]] std::string
designator(std::string_view service, std::string_view entrypoint, std::string_view props_json);
/// A binding made of others by a module of workerd, or of an extension.
[[nodiscard]] std::string
wrapped(std::string_view name, std::string_view module, const std::vector<std::string>& inner);
/// Adds modules (an `Extension` of workerd's configuration) once; returns whether they are new.
bool add_extension(LocalServices& out, std::string extension);
/// Such a module that `wrapped` may name, and nobody import; `source` is an embedded file.
bool add_binding_module(LocalServices& out, std::string_view name, std::string_view source);
/// Adds a `disk` service named `name` for the folder `folder` below the state, which will be made.
void add_disk(const ServiceInput& input, LocalServices& out, std::string_view name, std::string_view folder);

// --- Resources: a name below which local data is kept, and a binding to it, once it has its service ---

[[nodiscard]] std::string kv_id(const config::KvNamespace& item);
[[nodiscard]] std::string d1_id(const config::D1Database& item);
[[nodiscard]] std::string r2_name(const config::R2Bucket& item);
[[nodiscard]] std::string dataset_name(const config::AnalyticsEngineDataset& item);
/// The Durable Objects of the service that keeps data points.
[[nodiscard]] std::string analytics_objects(std::string_view name);
[[nodiscard]] std::string queue_name(const config::QueueProducer& item);
/// `service` designates the resource: see the designators below.
[[nodiscard]] std::string kv_binding(std::string_view name, const std::string& service);
[[nodiscard]] std::string d1_binding(std::string_view name, const std::string& service);
[[nodiscard]] std::string r2_binding(std::string_view name, const std::string& service);
/// The service designators of single resources, whose services are added to `out` where they have one each.
[[nodiscard]] std::string kv_designator(const ServiceInput& input, LocalServices& out, const std::string& id);
[[nodiscard]] std::string d1_designator(const ServiceInput& input, LocalServices& out, const std::string& id);
[[nodiscard]] std::string
r2_designator(const ServiceInput& input, LocalServices& out, const std::string& bucket);
[[nodiscard]] std::string queue_binding(std::string_view name,
                                        const config::Project& project,
                                        const std::string& queue,
                                        config::OptionalNumber delivery_delay);
/// The service designator of a queue, without any producer's delay.
[[nodiscard]] std::string queue_designator(const config::Project& project, const std::string& queue);
/// Whether the project itself consumes the queue.
[[nodiscard]] bool is_own_queue(const config::Project& project, const std::string& queue);
/// Where dead letters of the project go and it does not consume them; each once.
[[nodiscard]] std::vector<std::string> foreign_dead_letter_queues(const config::Project& project);
/// To the API that `service` designates.
[[nodiscard]] std::string workflow_binding_to(std::string_view name, const std::string& service);
[[nodiscard]] std::string workflow_binding(std::string_view name, const std::string& workflow);
/// The service designator of a workflow's API.
[[nodiscard]] std::string workflow_service(const std::string& workflow);
/// The service designator of the API of a workflow that another Worker has.
[[nodiscard]] std::string external_workflow(const config::WorkflowBinding& workflow);
/// What workerd calls the class of a workflow's instances, and the folder of their storages.
[[nodiscard]] std::string instances_of(const std::string& workflow);
/// The Durable Objects that a workflow's instances are; the Worker runs them.
[[nodiscard]] std::string workflow_instances(std::string_view name, const std::string& workflow);

// --- Stores that several processes share (shared_stores.cpp, account_stores.hpp) ---

/// The designator of one shared store: `kind` is "kv", "d1", "r2", "ratelimit", "analytics", "cache" or
/// "queue". Adds the way there to `out`, once.
[[nodiscard]] std::string
shared_store(const ServiceInput& input, LocalServices& out, std::string_view kind, const std::string& id);
/// A service at the Unix socket, `headers` being added to each request: (name, value).
[[nodiscard]] std::string
external_service(std::string_view name, const Path& socket, const std::vector<CapnpField>& headers);
/// The designator of a queue at `ServiceInput::queues`; `delay` in seconds, of messages without one of their
/// own.
[[nodiscard]] std::string shared_queue(const ServiceInput& input,
                                       LocalServices& out,
                                       const std::string& queue,
                                       config::OptionalNumber delay);
/// What the store of that kind is, for all ids: the services, which find the id in a request's header
/// (guest/stores.js).
void add_store_services(const ServiceInput& input, LocalServices& out);
/// A consumer's settings as workerd's queues have them; `service` is the binding by which they reach it.
[[nodiscard]] nlohmann::ordered_json consumer_settings(const config::QueueConsumer& consumer,
                                                       const std::string& service);
/// Queues for everybody who asks (guest/account_queues.js), with `bindings` and `consumers` as workerd's
/// service has them, and `delays`, JSON: {queue: seconds}.
void add_queue_service(const ServiceInput& input,
                       LocalServices& out,
                       std::vector<std::string> bindings,
                       std::string_view consumers,
                       std::string_view delays);
void add_bundled_stores(const ServiceInput& input, LocalServices& out);
void add_simulated_stores(const ServiceInput& input, LocalServices& out);
void add_analytics_service(const ServiceInput& input, LocalServices& out);
/// The field of a request that names the store, as `kind:id`; then, on its way, the id alone.
inline constexpr std::string_view store_header = "x-pyw-store";
/// What it says.
[[nodiscard]] std::string store_name(std::string_view kind, std::string_view id);
/// In which `request.cf` goes along.
inline constexpr std::string_view cf_header = "x-pyw-cf";

// --- Durable Objects ---

/// A class of the Worker whose objects are kept here.
struct ObjectClass {
  std::string name;
  std::string unique_key; ///< the folder of its objects, and what their ids are made from
  bool sqlite = true;
  std::vector<std::string> bindings; ///< of the Worker: there may be none
};

/// In what an entry of `exports` was written as: its class's key.
inline constexpr std::string_view stored_key = "pyw_stored_key";

[[nodiscard]] std::vector<ObjectClass> own_object_classes(const config::Project& project);
/// The value of `durableObjectNamespaces`; `class_name` says what a class is called in the service's code.
[[nodiscard]] std::string object_namespaces(const std::vector<ObjectClass>& classes,
                                            const std::function<std::string(const ObjectClass&)>& class_name);
/// The disk services `object_disk` and `object_names`.
void add_object_storage(const ServiceInput& input, LocalServices& out);

inline constexpr std::string_view object_disk = "do:storage";
inline constexpr std::string_view object_folder = "do"; ///< below the state, as in wrangler's
/// A file for each object that was ever called by its name: the id's text, and in it the name.
inline constexpr std::string_view object_names = "do:names";

/// Whether the workflow's class is this Worker's own.
[[nodiscard]] bool is_own_workflow(const config::Project& project, const config::WorkflowBinding& workflow);
[[nodiscard]] bool has_own_workflows(const config::Project& project);

} // namespace pyw::runtime
