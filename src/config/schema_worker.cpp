#include <config/schema_checks.hpp>
#include <config/schema_tables.hpp>

#include <array>

namespace pyw::config::schema {

namespace {

using Words = std::string_view;

constexpr std::array renamed_keys{
    Key{"from", &text, "the class's old name", Presence::required},
    Key{"to", &text, "its new name", Presence::required},
};
constexpr Shape renamed = table_of(renamed_keys);
constexpr Shape renamed_list = list_of(renamed);
constexpr std::array transferred_keys{
    Key{"from", &text, "the class's name there", Presence::required},
    Key{"from_script", &text, "the Worker it comes from", Presence::required},
    Key{"to", &text, "its name here", Presence::required},
};
constexpr Shape transferred = table_of(transferred_keys);
constexpr Shape transferred_list = list_of(transferred);
constexpr std::array migration_keys{
    Key{"tag", &text, "the step's name, unique", Presence::required},
    Key{"new_classes", &text_list, "Durable Object classes that are new, with key-value storage"},
    Key{"new_sqlite_classes", &text_list, "Durable Object classes that are new, with SQLite storage"},
    Key{"renamed_classes", &renamed_list, "classes that have a new name"},
    Key{"transferred_classes", &transferred_list, "classes that come from another Worker"},
    Key{"deleted_classes", &text_list, "classes that go, with all their data"},
};
constexpr Shape migration = table_of(migration_keys);

constexpr std::array<Words, 3> export_types{"durable-object", "worker", "workflow"};
constexpr Shape export_type = one_of(export_types);
constexpr std::array<Words, 5> export_states{
    "created", "deleted", "renamed", "transferred", "expecting-transfer"};
constexpr Shape export_state = one_of(export_states);
constexpr std::array<Words, 2> storages{"sqlite", "legacy-kv"};
constexpr Shape storage = one_of(storages);
constexpr std::array export_keys{
    Key{"type", &export_type, "what the class is", Presence::required},
    Key{"state", &export_state, "a Durable Object's: created when absent"},
    Key{"storage", &storage, "a Durable Object's"},
    Key{"container", &text, "the container that runs beside the object"},
    Key{"renamed_to", &text, "with state `renamed`"},
    Key{"transferred_to", &text, "with state `transferred`"},
    Key{"transfer_from", &text, "with state `expecting-transfer`"},
    Key{"cache", &any_table, "an entrypoint's caching"},
    Key{"name", &text, "a workflow's name"},
    Key{"limits", &any_table, "a workflow's limits"},
    Key{"concurrency", &any_table, "a workflow's runs at once"},
    Key{"schedules", &anything, "a workflow's cron expressions"},
    Key{"default_retention", &any_table, "how long a workflow's finished runs are kept"},
    Key{"jurisdiction", &text, "where a workflow's runs stay"},
};
constexpr Shape export_entry{
    .type = Shape::Type::table, .wanted = "a table", .keys = export_keys, .check = check_export};

constexpr std::array<Words, 7> rule_types{
    "ESModule", "CommonJS", "CompiledWasm", "Text", "Data", "PythonModule", "PythonRequirement"};
constexpr Shape rule_type = one_of(rule_types);
constexpr std::array rule_keys{
    Key{"type", &rule_type, "what the files become", Presence::required},
    Key{"globs", &text_list, "which files", Presence::required},
    Key{"fallthrough", &boolean, "whether later rules of the same type still count"},
};
constexpr Shape rule = table_of(rule_keys);

constexpr std::array route_keys{
    Key{"pattern", &text, "host and path, like `example.com/api/*`", Presence::required},
    Key{"zone_id", &text, "the zone's id"},
    Key{"zone_name", &text, "the zone's name"},
    Key{"custom_domain", &boolean, "the whole host belongs to the Worker"},
    Key{"enabled", &boolean, "whether the custom domain serves production"},
    Key{"previews_enabled", &boolean, "whether the custom domain serves previews"},
};
constexpr Shape route_table{
    .type = Shape::Type::table, .wanted = "a table", .keys = route_keys, .check = check_route};
constexpr Shape route_text{.type = Shape::Type::text, .wanted = "a string"};
constexpr std::array<const Shape*, 2> route_alternatives{&route_text, &route_table};

constexpr Shape cron{
    .type = Shape::Type::text, .wanted = "a cron expression as a string", .check = check_cron};
constexpr Shape crons{.type = Shape::Type::list, .wanted = "an array of cron expressions", .item = &cron};
constexpr Shape events = list_of(any_table);
constexpr std::array trigger_keys{
    Key{"crons", &crons, "when `scheduled` is called, in UTC"},
    Key{"events", &events, "events of Artifacts that start workflows"},
};

constexpr std::array<Words, 4> html_modes{
    "auto-trailing-slash", "force-trailing-slash", "drop-trailing-slash", "none"};
constexpr Shape html_handling = one_of(html_modes);
constexpr std::array<Words, 3> not_found_modes{"single-page-application", "404-page", "none"};
constexpr Shape not_found_handling = one_of(not_found_modes);
constexpr std::array<const Shape*, 2> worker_first_alternatives{&boolean, &text_list};
constexpr Shape run_worker_first{.type = Shape::Type::either,
                                 .wanted = "a boolean or an array of path patterns",
                                 .alternatives = worker_first_alternatives};
constexpr Shape assets_binding{.type = Shape::Type::text, .wanted = "a string", .check = check_binding_name};
constexpr Shape folder{.type = Shape::Type::text, .wanted = "a string", .check = check_not_empty};
constexpr std::array assets_keys{
    Key{"directory", &folder, "the folder of the static files"},
    Key{"binding", &assets_binding, "the name in `env`"},
    Key{"html_handling", &html_handling, "how paths of HTML pages are written"},
    Key{"not_found_handling", &not_found_handling, "what an unknown path gets"},
    Key{"base_path", &text, "the path below which the files are served"},
    Key{"run_worker_first", &run_worker_first, "paths that go to the Worker even when a file is there"},
};

constexpr Shape rate{.type = Shape::Type::number, .wanted = "a number from 0 to 1", .least = 0, .most = 1};
constexpr std::array log_keys{
    Key{"enabled", &boolean, "whether logs are kept"},
    Key{"head_sampling_rate", &rate, "the share of requests that is kept"},
    Key{"invocation_logs", &boolean, "whether every call is logged by itself"},
    Key{"persist", &boolean, "whether logs are stored"},
    Key{"destinations", &text_list, "where logs are sent"},
};
constexpr Shape logs = table_of(log_keys);
constexpr std::array trace_keys{
    Key{"enabled", &boolean, "whether traces are kept"},
    Key{"head_sampling_rate", &rate, "the share of requests that is traced"},
    Key{"persist", &boolean, "whether traces are stored"},
    Key{"destinations", &text_list, "where traces are sent"},
};
constexpr Shape traces = table_of(trace_keys);
constexpr std::array issue_keys{Key{"enabled", &boolean, "whether issues are collected"}};
constexpr Shape issues = table_of(issue_keys);
constexpr std::array observability_keys{
    Key{"enabled", &boolean, "whether logs and metrics are kept"},
    Key{"head_sampling_rate", &rate, "the share of requests that is kept"},
    Key{"redact_query_string", &boolean, "whether query strings are left out"},
    Key{"issues", &issues, "collected issues"},
    Key{"logs", &logs, "logs"},
    Key{"traces", &traces, "traces"},
};

constexpr std::array<Words, 3> placement_modes{"off", "smart", "targeted"};
constexpr Shape placement_mode = one_of(placement_modes);
constexpr std::array placement_keys{
    Key{"mode", &placement_mode, "who chooses where the Worker runs"},
    Key{"hint", &text, "with mode `smart`: where to start"},
    Key{"region", &text, "with mode `targeted`: the cloud region to be near to"},
    Key{"host", &text, "with mode `targeted`: the host and port to be near to"},
    Key{"hostname", &text, "with mode `targeted`: the host name to be near to"},
};

constexpr std::array limit_keys{
    Key{"cpu_ms", &number, "milliseconds of computing a request may take"},
    Key{"subrequests", &number, "requests that a request may make"},
};

constexpr std::array cache_keys{
    Key{"enabled", &boolean, "whether responses are cached", Presence::required},
    Key{"cross_version_cache", &boolean, "whether versions share the cache"},
};

constexpr std::array python_modules_keys{
    Key{"exclude", &text_list, "globs of vendored files that are not uploaded", Presence::required},
};

constexpr Shape port{
    .type = Shape::Type::integer, .wanted = "a port number (0 to 65535)", .least = 0, .most = 65535};
constexpr std::array<Words, 2> protocols{"http", "https"};
constexpr Shape protocol = one_of(protocols);
constexpr std::array dev_keys{
    Key{"ip", &text, "the address that `pyw dev` listens on"},
    Key{"port", &port, "the port that `pyw dev` listens on"},
    Key{"inspector_port", &port, "the debugger's port"},
    Key{"inspector_ip", &text, "the debugger's address"},
    Key{"local_protocol", &protocol, "http or https"},
    Key{"upstream_protocol", &protocol, "http or https"},
    Key{"host", &text, "the host name that the Worker sees"},
    Key{"enable_containers", &boolean, "whether containers are started"},
    Key{"container_engine", &anything, "where the container engine listens"},
    Key{"generate_types", &boolean, "whether types are made on every change"},
};

constexpr std::array<Words, 2> regions{"public", "fedramp_high"};

constexpr std::array<Words, 2> connect_protocols{"tcp", "udp"};
constexpr Shape connect_protocol = one_of(connect_protocols);
constexpr std::array connect_keys{
    Key{"protocol", &connect_protocol, "tcp or udp", Presence::required},
    Key{"port", &port, "the port", Presence::required},
    Key{"address", &text, "the address"},
    Key{"idle_timeout_ms", &integer, "udp: milliseconds until a silent peer is forgotten"},
    Key{"max_pending_bytes", &integer, "udp: bytes that may wait"},
};
constexpr Shape connect_entry = table_of(connect_keys);

} // namespace

constinit const Shape name{.type = Shape::Type::text,
                           .wanted = "a string",
                           .pattern = "^[a-z0-9_][a-z0-9-_]*$",
                           .check = check_worker_name};
constinit const Shape date{.type = Shape::Type::text,
                           .wanted = "a date as a string, like \"2026-10-01\"",
                           .pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
                           .check = check_date};
constinit const Shape migrations = list_of(migration);
constinit const Shape exports{
    .type = Shape::Type::map, .wanted = "a table of classes", .item = &export_entry};
constinit const Shape rules = list_of(rule);
constinit const Shape route{.type = Shape::Type::either,
                            .wanted = "a pattern as a string, or a table with `pattern`",
                            .alternatives = route_alternatives};
constinit const Shape routes{.type = Shape::Type::list, .wanted = "an array of routes", .item = &route};
constinit const Shape triggers = table_of(trigger_keys);
constinit const Shape assets = table_of(assets_keys);
constinit const Shape observability{.type = Shape::Type::table,
                                    .wanted = "a table",
                                    .keys = observability_keys,
                                    .check = check_observability};
constinit const Shape placement{
    .type = Shape::Type::table, .wanted = "a table", .keys = placement_keys, .check = check_placement};
constinit const Shape limits = table_of(limit_keys);
constinit const Shape cache = table_of(cache_keys);
constinit const Shape python_modules = table_of(python_modules_keys);
constinit const Shape dev = table_of(dev_keys);
constinit const Shape compliance_region = one_of(regions);
constinit const Shape connect = list_of(connect_entry);

} // namespace pyw::config::schema
