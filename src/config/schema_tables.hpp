// The schema's inner tables, for schema.cpp alone; each folder of keys in a file of its own.
#pragma once

#include <config/shape.hpp>

namespace pyw::config::schema {

// schema_bindings.cpp
extern const Shape kv_namespaces;
extern const Shape r2_buckets;
extern const Shape d1_databases;
extern const Shape durable_objects;
extern const Shape queues;
extern const Shape services;
extern const Shape workflows;
extern const Shape ratelimits;
extern const Shape hyperdrive;
extern const Shape analytics_engine_datasets;
extern const Shape vectorize;
extern const Shape send_email;
extern const Shape secrets_store_secrets;
extern const Shape dispatch_namespaces;
extern const Shape mtls_certificates;
extern const Shape pipelines;
extern const Shape named_binding;
extern const Shape ai;
extern const Shape worker_loaders;
extern const Shape tail_consumers;
extern const Shape streaming_tail_consumers;
extern const Shape vars;
extern const Shape secrets;
extern const Shape binding_list; ///< of kinds that are only passed on: entries with `binding`
extern const Shape unsafe_settings;
extern const Shape logfwdr;

// schema_worker.cpp
extern const Shape name;
extern const Shape date;
extern const Shape migrations;
extern const Shape exports;
extern const Shape rules;
extern const Shape routes;
extern const Shape route;
extern const Shape triggers;
extern const Shape assets;
extern const Shape observability;
extern const Shape placement;
extern const Shape limits;
extern const Shape cache;
extern const Shape python_modules;
extern const Shape dev;
extern const Shape compliance_region;
extern const Shape connect;

} // namespace pyw::config::schema
