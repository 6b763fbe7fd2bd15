// The bindings a Worker can have, one struct a kind, with the key names of wrangler's configuration. An
// absent optional key is nullopt. `place` is where the binding's name stands.
#pragma once

#include <config/value.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace pyw::config {

using OptionalText = std::optional<std::string>;
using OptionalNumber = std::optional<double>;

/// One of `vars`: a string becomes `plain_text`, anything else `json`.
struct Variable {
  std::string name = {};
  Value value = {};
  Place place = {};
};

struct KvNamespace {
  std::string binding = {};
  OptionalText id = {};
  OptionalText preview_id = {};
  bool remote = false;
  Place place = {};
};

struct R2Bucket {
  std::string binding = {};
  OptionalText bucket_name = {};
  OptionalText preview_bucket_name = {};
  OptionalText jurisdiction = {};
  bool remote = false;
  Place place = {};
};

struct D1Database {
  std::string binding = {};
  OptionalText database_name = {};
  OptionalText database_id = {};
  OptionalText preview_database_id = {};
  OptionalText jurisdiction = {};
  OptionalText migrations_table = {};   ///< default `d1_migrations`
  OptionalText migrations_dir = {};     ///< relative to the config file; default `migrations`
  OptionalText migrations_pattern = {}; ///< glob inside migrations_dir
  bool remote = false;
  Place place = {};
};

struct DurableObjectBinding {
  std::string name = {};
  std::string class_name = {};
  OptionalText script_name = {}; ///< nullopt: a class of this Worker
  OptionalText environment = {};
  Place place = {};
};

struct RenamedClass {
  std::string from = {};
  std::string to = {};
};

struct TransferredClass {
  std::string from = {};
  std::string from_script = {};
  std::string to = {};
};

/// One step of `migrations`.
struct Migration {
  std::string tag = {};
  std::vector<std::string> new_classes = {};
  std::vector<std::string> new_sqlite_classes = {};
  std::vector<RenamedClass> renamed_classes = {};
  std::vector<TransferredClass> transferred_classes = {};
  std::vector<std::string> deleted_classes = {};
  Value raw = {}; ///< the entry as written, `tag` included: deploy sends it on
  Place place = {};
};

/// One of `exports`: what a class of the Worker is.
struct Export {
  enum class Type { durable_object, worker, workflow };
  std::string class_name = {};
  Type type = Type::worker;
  OptionalText state =
      {}; ///< durable objects: created (default), deleted, renamed, transferred, expecting-transfer
  OptionalText storage = {}; ///< durable objects: sqlite or legacy-kv
  OptionalText workflow_name = {};
  Value raw = {};
  Place place = {};
};

struct QueueProducer {
  std::string binding = {};
  OptionalText queue = {};
  OptionalNumber delivery_delay = {}; ///< seconds
  bool remote = false;
  Place place = {};
};

struct QueueConsumer {
  std::string queue = {};
  std::optional<std::int64_t> max_batch_size = {};
  OptionalNumber max_batch_timeout = {}; ///< seconds
  std::optional<std::int64_t> max_retries = {};
  OptionalText dead_letter_queue = {};
  std::optional<std::int64_t> max_concurrency = {};
  OptionalNumber visibility_timeout_ms = {};
  OptionalNumber retry_delay = {}; ///< seconds
  Value raw = {};
  Place place = {};
};

struct ServiceBinding {
  std::string binding = {};
  std::string service = {};
  OptionalText environment = {};
  OptionalText entrypoint = {};
  std::optional<Value> props = {};
  bool remote = false;
  Place place = {};
};

struct WorkflowBinding {
  std::string binding = {};
  std::string name = {};
  std::string class_name = {};
  OptionalText script_name = {};
  std::optional<Value> limits = {};
  std::vector<std::string> schedules = {};
  Value raw = {};
  Place place = {};
};

struct RateLimit {
  std::string name = {};
  std::string namespace_id = {};
  double limit = 0;
  std::int64_t period = 0; ///< seconds, 10 or 60
  Place place = {};
};

struct Hyperdrive {
  std::string binding = {};
  std::string id = {};
  /// `localConnectionString`, or the environment's
  /// (CLOUDFLARE_|WRANGLER_)HYPERDRIVE_LOCAL_CONNECTION_STRING_<binding> is for the runtime to ask. Holds a
  /// password: never print it.
  OptionalText local_connection_string = {};
  bool remote = false;
  Place place = {};
};

struct AnalyticsEngineDataset {
  std::string binding = {};
  OptionalText dataset = {};
  bool remote = false;
  Place place = {};
};

struct VectorizeIndex {
  std::string binding = {};
  std::string index_name = {};
  bool remote = false;
  Place place = {};
};

struct SendEmail {
  std::string name = {};
  OptionalText destination_address = {};
  std::optional<std::vector<std::string>> allowed_destination_addresses = {};
  std::optional<std::vector<std::string>> allowed_sender_addresses = {};
  bool remote = false;
  Place place = {};
};

struct SecretsStoreSecret {
  std::string binding = {};
  std::string store_id = {};
  std::string secret_name = {};
  Place place = {};
};

struct DispatchNamespace {
  std::string binding = {};
  OptionalText namespace_name = {}; ///< `namespace`
  std::optional<Value> outbound = {};
  bool remote = false;
  Place place = {};
};

struct MtlsCertificate {
  std::string binding = {};
  std::string certificate_id = {};
  bool remote = false;
  Place place = {};
};

struct Pipeline {
  std::string binding = {};
  OptionalText stream = {};
  OptionalText pipeline = {};
  bool remote = false;
  Place place = {};
};

/// A binding that is a name and nothing else: ai, browser, images, media, stream, analytics,
/// version_metadata, and each of worker_loaders.
struct NamedBinding {
  std::string binding = {};
  bool remote = false;
  Value raw = {};
  Place place = {};
};

struct TailConsumer {
  std::string service = {};
  OptionalText environment = {};
  Place place = {};
};

/// A kind that pyw only passes on to the deploy API (ai_search, agent_memory, artifacts, flagship, k2,
/// vpc_services, vpc_networks, logfwdr, unsafe bindings, …).
struct PassedOnBinding {
  std::string section = {}; ///< the configuration key, like `vpc_services`
  std::string binding = {};
  Value raw = {};
  Place place = {};
};

struct Assets {
  OptionalText directory = {}; ///< as written, relative to the config file
  OptionalText binding = {};
  OptionalText html_handling = {};
  OptionalText not_found_handling = {};
  OptionalText base_path = {};
  std::optional<Value> run_worker_first = {}; ///< true, false or an array of patterns
  Place place = {};                           ///< of `directory`, else of the section
  Place binding_place = {};
};

} // namespace pyw::config
