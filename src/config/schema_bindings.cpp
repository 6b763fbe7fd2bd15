#include <config/schema_checks.hpp>
#include <config/schema_tables.hpp>

#include <array>

namespace pyw::config::schema {

namespace {

using Words = std::string_view;

constexpr Shape binding_name{.type = Shape::Type::text,
                             .wanted = "a string",
                             .pattern = "^[A-Za-z_$][A-Za-z0-9_$]*$",
                             .check = check_binding_name};
constexpr Shape class_name{.type = Shape::Type::text, .wanted = "a string", .check = check_class_name};
constexpr Shape filled_text{
    .type = Shape::Type::text, .wanted = "a string", .pattern = ".", .check = check_not_empty};
constexpr Shape seconds{.type = Shape::Type::number, .wanted = "a number of seconds"};
constexpr Shape bucket_name{.type = Shape::Type::text,
                            .wanted = "a string",
                            .pattern = "^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$",
                            .check = check_bucket_name};

constexpr Key binding{"binding", &binding_name, "the name in `env`", Presence::required};
constexpr Key remote{"remote", &boolean, "use the deployed resource also in local development"};

constexpr std::array kv_keys{
    binding,
    Key{"id", &text, "the namespace's id; made at the first deploy when absent"},
    Key{"preview_id", &text, "the namespace of `wrangler dev --remote`"},
    remote,
};

constexpr std::array s3_keys{
    Key{"accessKeyId", &text, "access key of the local S3 endpoint", Presence::required},
    Key{"secretAccessKey", &text, "secret key of the local S3 endpoint", Presence::required},
};
constexpr Shape s3_credentials = table_of(s3_keys);
constexpr std::array r2_local_keys{
    Key{"experimental_s3_credentials", &s3_credentials, "opens a local S3 endpoint"}};
constexpr Shape r2_local = table_of(r2_local_keys);
constexpr std::array r2_keys{
    binding,
    Key{"bucket_name", &bucket_name, "the bucket; made at the first deploy when absent"},
    Key{"preview_bucket_name", &bucket_name, "the bucket of `wrangler dev --remote`"},
    Key{"jurisdiction", &text, "where the bucket's data stay, like `eu`"},
    remote,
    Key{"local_dev", &r2_local, "settings of the local simulation"},
};

constexpr std::array d1_keys{
    binding,
    Key{"database_name", &text, "the database's name"},
    Key{"database_id", &text, "the database's id; made at the first deploy when absent"},
    Key{"jurisdiction", &text, "where the database's data stay, like `eu`"},
    Key{"preview_database_id", &text, "the database of `wrangler dev --remote`"},
    Key{"migrations_table", &text, "the table that lists the applied migrations"},
    Key{"migrations_dir", &text, "the folder of the migrations"},
    Key{"migrations_pattern", &text, "which files of that folder are migrations"},
    Key{"database_internal_env", &text, "internal to Cloudflare"},
    remote,
};

constexpr std::array durable_object_keys{
    Key{"name", &binding_name, "the name in `env`", Presence::required},
    Key{"class_name", &class_name, "the class of the Durable Object", Presence::required},
    Key{"script_name", &text, "the Worker that has the class, when it is not this one"},
    Key{"environment", &text, "the environment of that Worker"},
};
constexpr Shape durable_object{.type = Shape::Type::table,
                               .wanted = "a table",
                               .keys = durable_object_keys,
                               .check = check_durable_object};
constexpr Shape durable_object_list = list_of(durable_object);
constexpr std::array<Words, 2> update_modes{"immediate", "deferred"};
constexpr Shape update_mode = one_of(update_modes);
constexpr std::array update_keys{
    Key{"mode", &update_mode, "when running objects take new code", Presence::required},
    Key{"max_delay", &seconds, "seconds until deferred updates are forced"},
};
constexpr Shape update_strategy = table_of(update_keys);
constexpr std::array durable_objects_keys{
    Key{"bindings", &durable_object_list, "the bindings"},
    Key{"code_update_strategy", &update_strategy, "how running objects are updated"},
};

constexpr std::array producer_keys{
    binding,
    Key{"queue", &text, "the queue; made at the first deploy when absent"},
    Key{"delivery_delay", &seconds, "seconds that messages wait"},
    remote,
};
constexpr Shape producer = table_of(producer_keys);
constexpr Shape producers = list_of(producer);
constexpr std::array<Words, 1> consumer_types{"worker"};
constexpr Shape consumer_type = one_of(consumer_types);
constexpr std::array consumer_keys{
    Key{"queue", &filled_text, "the queue", Presence::required},
    Key{"type", &consumer_type, "only `worker` can be configured"},
    Key{"max_batch_size", &integer, "messages in a batch at most"},
    Key{"max_batch_timeout", &seconds, "seconds to wait for a full batch"},
    Key{"max_retries", &integer, "attempts after the first"},
    Key{"dead_letter_queue", &text, "where messages go that failed too often"},
    Key{"max_concurrency", &anything, "batches at once; null means no limit"},
    Key{"visibility_timeout_ms", &number, "milliseconds until an unacknowledged message comes again"},
    Key{"retry_delay", &seconds, "seconds before a retry"},
};
constexpr Shape consumer = table_of(consumer_keys);
constexpr Shape consumers = list_of(consumer);
constexpr std::array queues_keys{
    Key{"producers", &producers, "queues that the Worker sends to"},
    Key{"consumers", &consumers, "queues that the Worker is called for"},
};

constexpr std::array service_keys{
    binding,
    Key{"service", &filled_text, "the other Worker's name", Presence::required},
    Key{"environment", &text, "the environment of that Worker"},
    Key{"entrypoint", &text, "the named entrypoint to call"},
    Key{"props", &any_table, "what the entrypoint finds in `ctx.props`"},
    remote,
};
constexpr Shape service = table_of(service_keys);

constexpr Shape workflow_name{.type = Shape::Type::text,
                              .wanted = "a string",
                              .pattern = "^[a-zA-Z0-9_][a-zA-Z0-9-_]{0,63}$",
                              .check = check_workflow_name};
constexpr std::array<const Shape*, 2> schedule_alternatives{&text, &text_list};
constexpr Shape schedules{.type = Shape::Type::either,
                          .wanted = "a string or an array of strings",
                          .alternatives = schedule_alternatives};
constexpr std::array workflow_keys{
    binding,
    Key{"name", &workflow_name, "the workflow's name", Presence::required},
    Key{"class_name", &class_name, "its class", Presence::required},
    Key{"script_name", &text, "the Worker that has the class, when it is not this one"},
    Key{"limits", &any_table, "limits of a run, like `steps`"},
    Key{"concurrency", &any_table, "how many runs at once"},
    Key{"schedules", &schedules, "cron expressions that start runs"},
    Key{"default_retention", &any_table, "how long finished runs are kept"},
    Key{"jurisdiction", &text, "where runs stay: eu, fedramp or us"},
};
constexpr Shape workflow = table_of(workflow_keys);

constexpr Shape period{
    .type = Shape::Type::integer, .wanted = "10 or 60 (seconds)", .check = check_rate_limit_period};
constexpr Shape request_limit{.type = Shape::Type::number, .wanted = "a number", .least = 0};
constexpr std::array simple_keys{
    Key{"limit", &request_limit, "calls in a period", Presence::required},
    Key{"period", &period, "seconds: 10 or 60", Presence::required},
};
constexpr Shape simple = table_of(simple_keys);
constexpr std::array rate_limit_keys{
    Key{"name", &binding_name, "the name in `env`", Presence::required},
    Key{"namespace_id", &text, "a number of your choice, as a string", Presence::required},
    Key{"simple", &simple, "the limit", Presence::required},
};
constexpr Shape rate_limit = table_of(rate_limit_keys);

constexpr std::array hyperdrive_keys{
    binding,
    Key{"id", &filled_text, "the Hyperdrive configuration's id", Presence::required},
    Key{"localConnectionString", &text, "the database to use in local development"},
    remote,
};
constexpr Shape hyperdrive_entry = table_of(hyperdrive_keys);

constexpr std::array dataset_keys{
    binding,
    Key{"dataset", &text, "the dataset's name; the binding's when absent"},
    remote,
};
constexpr Shape dataset = table_of(dataset_keys);

constexpr std::array vectorize_keys{
    binding,
    Key{"index_name", &filled_text, "the index", Presence::required},
    remote,
};
constexpr Shape vectorize_entry = table_of(vectorize_keys);

constexpr std::array send_email_keys{
    Key{"name", &binding_name, "the name in `env`", Presence::required},
    Key{"destination_address", &text, "the only address that mail may go to"},
    Key{"allowed_destination_addresses", &text_list, "the addresses that mail may go to"},
    Key{"allowed_sender_addresses", &text_list, "the addresses that mail may come from"},
    remote,
};
constexpr Shape send_email_entry = table_of(send_email_keys);

constexpr std::array secrets_store_keys{
    binding,
    Key{"store_id", &filled_text, "the store's id", Presence::required},
    Key{"secret_name", &filled_text, "the secret in it", Presence::required},
};
constexpr Shape secrets_store_entry = table_of(secrets_store_keys);

constexpr std::array outbound_keys{
    Key{"service", &filled_text, "the Worker that outbound requests go through", Presence::required},
    Key{"environment", &text, "the environment of that Worker"},
    Key{"parameters", &text_list, "names of the parameters it gets"},
};
constexpr Shape outbound = table_of(outbound_keys);
constexpr std::array dispatch_keys{
    binding,
    Key{"namespace", &text, "the dispatch namespace"},
    Key{"outbound", &outbound, "what outbound requests of the dispatched Workers pass"},
    remote,
};
constexpr Shape dispatch = table_of(dispatch_keys);

constexpr std::array certificate_keys{
    binding,
    Key{"certificate_id", &filled_text, "the uploaded certificate's id", Presence::required},
    remote,
};
constexpr Shape certificate = table_of(certificate_keys);

constexpr std::array pipeline_keys{
    binding,
    Key{"stream", &text, "the stream to write to"},
    Key{"pipeline", &text, "the older name of `stream`"},
    remote,
};
constexpr Shape pipeline{
    .type = Shape::Type::table, .wanted = "a table", .keys = pipeline_keys, .check = check_pipeline};

constexpr std::array named_keys{binding, remote};
constexpr std::array ai_keys{binding, Key{"staging", &boolean, "internal to Cloudflare"}, remote};

constexpr std::array loader_keys{binding};
constexpr Shape loader = table_of(loader_keys);

constexpr std::array tail_keys{
    Key{"service", &filled_text, "the Worker that gets the events", Presence::required},
    Key{"environment", &text, "the environment of that Worker"},
};
constexpr Shape tail = table_of(tail_keys);
constexpr std::array streaming_tail_keys{
    Key{"service", &filled_text, "the Worker that gets the events", Presence::required},
};
constexpr Shape streaming_tail = table_of(streaming_tail_keys);

constexpr Shape variable{.type = Shape::Type::anything, .wanted = "anything", .check = check_variable};
constexpr Shape secret_names{
    .type = Shape::Type::list, .wanted = "an array of strings", .item = &binding_name};
constexpr std::array secrets_keys{Key{"required", &secret_names, "secrets that a deployment must have"}};

constexpr Shape passed_on{.type = Shape::Type::table, .wanted = "a table", .keys = loader_keys, .open = true};

constexpr std::array unsafe_binding_keys{
    Key{"name", &text, "the name in `env`", Presence::required},
    Key{"type", &text, "the binding's type in the deploy API", Presence::required},
};
constexpr Shape unsafe_binding{
    .type = Shape::Type::table, .wanted = "a table", .keys = unsafe_binding_keys, .open = true};
constexpr Shape unsafe_bindings = list_of(unsafe_binding);
constexpr std::array unsafe_keys{
    Key{"bindings", &unsafe_bindings, "bindings that are sent as they are"},
    Key{"metadata", &any_table, "keys that are added to the upload's metadata"},
    Key{"capnp", &any_table, "a schema for logfwdr"},
};

constexpr std::array logfwdr_binding_keys{
    Key{"name", &binding_name, "the name in `env`", Presence::required},
    Key{"destination", &text, "where the logs go", Presence::required},
};
constexpr Shape logfwdr_binding = table_of(logfwdr_binding_keys);
constexpr Shape logfwdr_bindings = list_of(logfwdr_binding);
constexpr std::array logfwdr_keys{Key{"bindings", &logfwdr_bindings, "the bindings", Presence::required}};

constexpr Shape kv_entry = table_of(kv_keys);
constexpr Shape r2_entry = table_of(r2_keys);
constexpr Shape d1_entry = table_of(d1_keys);

} // namespace

constinit const Shape kv_namespaces = list_of(kv_entry);
constinit const Shape r2_buckets = list_of(r2_entry);
constinit const Shape d1_databases = list_of(d1_entry);
constinit const Shape durable_objects = table_of(durable_objects_keys);
constinit const Shape queues = table_of(queues_keys);
constinit const Shape services = list_of(service);
constinit const Shape workflows = list_of(workflow);
constinit const Shape ratelimits = list_of(rate_limit);
constinit const Shape hyperdrive = list_of(hyperdrive_entry);
constinit const Shape analytics_engine_datasets = list_of(dataset);
constinit const Shape vectorize = list_of(vectorize_entry);
constinit const Shape send_email = list_of(send_email_entry);
constinit const Shape secrets_store_secrets = list_of(secrets_store_entry);
constinit const Shape dispatch_namespaces = list_of(dispatch);
constinit const Shape mtls_certificates = list_of(certificate);
constinit const Shape pipelines = list_of(pipeline);
constinit const Shape named_binding = table_of(named_keys);
constinit const Shape ai = table_of(ai_keys);
constinit const Shape worker_loaders = list_of(loader);
constinit const Shape tail_consumers = list_of(tail);
constinit const Shape streaming_tail_consumers = list_of(streaming_tail);
constinit const Shape vars{.type = Shape::Type::map, .wanted = "a table", .item = &variable};
constinit const Shape secrets = table_of(secrets_keys);
constinit const Shape binding_list = list_of(passed_on);
constinit const Shape unsafe_settings = table_of(unsafe_keys);
constinit const Shape logfwdr = table_of(logfwdr_keys);

} // namespace pyw::config::schema
