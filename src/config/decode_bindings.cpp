#include <config/decode.hpp>

#include <array>

namespace pyw::config {

namespace {

void decode_storage(Project& project) {
  const auto& resolved = project.resolved;
  for (const auto* entry : tables_of(resolved, "kv_namespaces")) {
    project.kv_namespaces.push_back({.binding = text_or_empty(*entry, "binding"),
                                     .id = text_of(*entry, "id"),
                                     .preview_id = text_of(*entry, "preview_id"),
                                     .remote = is_remote(*entry),
                                     .place = place_of(*entry, "binding")});
  }
  for (const auto* entry : tables_of(resolved, "r2_buckets")) {
    project.r2_buckets.push_back({.binding = text_or_empty(*entry, "binding"),
                                  .bucket_name = text_of(*entry, "bucket_name"),
                                  .preview_bucket_name = text_of(*entry, "preview_bucket_name"),
                                  .jurisdiction = text_of(*entry, "jurisdiction"),
                                  .remote = is_remote(*entry),
                                  .place = place_of(*entry, "binding")});
  }
  for (const auto* entry : tables_of(resolved, "d1_databases")) {
    project.d1_databases.push_back({.binding = text_or_empty(*entry, "binding"),
                                    .database_name = text_of(*entry, "database_name"),
                                    .database_id = text_of(*entry, "database_id"),
                                    .preview_database_id = text_of(*entry, "preview_database_id"),
                                    .jurisdiction = text_of(*entry, "jurisdiction"),
                                    .migrations_table = text_of(*entry, "migrations_table"),
                                    .migrations_dir = text_of(*entry, "migrations_dir"),
                                    .migrations_pattern = text_of(*entry, "migrations_pattern"),
                                    .remote = is_remote(*entry),
                                    .place = place_of(*entry, "binding")});
  }
}

void decode_calls(Project& project) {
  const auto& resolved = project.resolved;
  for (const auto* entry : tables_of(resolved, "services")) {
    project.services.push_back({.binding = text_or_empty(*entry, "binding"),
                                .service = text_or_empty(*entry, "service"),
                                .environment = text_of(*entry, "environment"),
                                .entrypoint = text_of(*entry, "entrypoint"),
                                .props = copy_of(*entry, "props"),
                                .remote = is_remote(*entry),
                                .place = place_of(*entry, "binding")});
  }
  for (const auto* entry : tables_of(resolved, "dispatch_namespaces")) {
    project.dispatch_namespaces.push_back({.binding = text_or_empty(*entry, "binding"),
                                           .namespace_name = text_of(*entry, "namespace"),
                                           .outbound = copy_of(*entry, "outbound"),
                                           .remote = is_remote(*entry),
                                           .place = place_of(*entry, "binding")});
  }
  for (const auto* entry : tables_of(resolved, "tail_consumers")) {
    project.tail_consumers.push_back({.service = text_or_empty(*entry, "service"),
                                      .environment = text_of(*entry, "environment"),
                                      .place = place_of(*entry, "service")});
  }
  for (const auto* entry : tables_of(resolved, "streaming_tail_consumers")) {
    project.streaming_tail_consumers.push_back(
        {.service = text_or_empty(*entry, "service"), .place = place_of(*entry, "service")});
  }
}

RateLimit decode_rate_limit(const Value& entry) {
  RateLimit limit{.name = text_or_empty(entry, "name"),
                  .namespace_id = text_or_empty(entry, "namespace_id"),
                  .place = place_of(entry, "name")};
  if (const auto* simple = entry.find("simple")) {
    limit.limit = number_of(*simple, "limit").value_or(0);
    limit.period = integer_of(*simple, "period").value_or(0);
  }
  return limit;
}

std::optional<std::vector<std::string>> optional_texts(const Value& table, std::string_view key) {
  return table.find(key) == nullptr ? std::nullopt : std::optional(texts_of(table, key));
}

void decode_services_of_the_platform(Project& project) {
  const auto& resolved = project.resolved;
  for (const auto* entry : tables_of(resolved, "ratelimits")) {
    project.ratelimits.push_back(decode_rate_limit(*entry));
  }
  for (const auto* entry : tables_of(resolved, "hyperdrive")) {
    project.hyperdrive.push_back({.binding = text_or_empty(*entry, "binding"),
                                  .id = text_or_empty(*entry, "id"),
                                  .local_connection_string = text_of(*entry, "localConnectionString"),
                                  .remote = is_remote(*entry),
                                  .place = place_of(*entry, "binding")});
  }
  for (const auto* entry : tables_of(resolved, "analytics_engine_datasets")) {
    project.analytics_engine_datasets.push_back({.binding = text_or_empty(*entry, "binding"),
                                                 .dataset = text_of(*entry, "dataset"),
                                                 .remote = is_remote(*entry),
                                                 .place = place_of(*entry, "binding")});
  }
  for (const auto* entry : tables_of(resolved, "vectorize")) {
    project.vectorize.push_back({.binding = text_or_empty(*entry, "binding"),
                                 .index_name = text_or_empty(*entry, "index_name"),
                                 .remote = is_remote(*entry),
                                 .place = place_of(*entry, "binding")});
  }
  for (const auto* entry : tables_of(resolved, "send_email")) {
    project.send_email.push_back(
        {.name = text_or_empty(*entry, "name"),
         .destination_address = text_of(*entry, "destination_address"),
         .allowed_destination_addresses = optional_texts(*entry, "allowed_destination_addresses"),
         .allowed_sender_addresses = optional_texts(*entry, "allowed_sender_addresses"),
         .remote = is_remote(*entry),
         .place = place_of(*entry, "name")});
  }
  for (const auto* entry : tables_of(resolved, "secrets_store_secrets")) {
    project.secrets_store_secrets.push_back({.binding = text_or_empty(*entry, "binding"),
                                             .store_id = text_or_empty(*entry, "store_id"),
                                             .secret_name = text_or_empty(*entry, "secret_name"),
                                             .place = place_of(*entry, "binding")});
  }
  for (const auto* entry : tables_of(resolved, "mtls_certificates")) {
    project.mtls_certificates.push_back({.binding = text_or_empty(*entry, "binding"),
                                         .certificate_id = text_or_empty(*entry, "certificate_id"),
                                         .remote = is_remote(*entry),
                                         .place = place_of(*entry, "binding")});
  }
  for (const auto* entry : tables_of(resolved, "pipelines")) {
    project.pipelines.push_back({.binding = text_or_empty(*entry, "binding"),
                                 .stream = text_of(*entry, "stream"),
                                 .pipeline = text_of(*entry, "pipeline"),
                                 .remote = is_remote(*entry),
                                 .place = place_of(*entry, "binding")});
  }
}

NamedBinding decode_named(const Value& entry) {
  return {.binding = text_or_empty(entry, "binding"),
          .remote = is_remote(entry),
          .raw = entry,
          .place = place_of(entry, "binding")};
}

void decode_named_bindings(Project& project) {
  using Member = std::optional<NamedBinding> Project::*;
  static constexpr std::array<std::pair<std::string_view, Member>, 7> singles{
      {{"ai", &Project::ai},
       {"browser", &Project::browser},
       {"images", &Project::images},
       {"media", &Project::media},
       {"stream", &Project::stream},
       {"analytics", &Project::analytics},
       {"version_metadata", &Project::version_metadata}}};
  for (const auto& [key, member] : singles) {
    if (const auto* entry = project.raw(key); entry != nullptr && entry->is(Value::Kind::table)) {
      project.*member = decode_named(*entry);
    }
  }
  for (const auto* entry : tables_of(project.resolved, "worker_loaders")) {
    project.worker_loaders.push_back(decode_named(*entry));
  }
}

void decode_assets(Project& project) {
  const auto* assets = project.raw("assets");
  if (assets == nullptr || !assets->is(Value::Kind::table)) {
    return;
  }
  project.assets = Assets{.directory = text_of(*assets, "directory"),
                          .binding = text_of(*assets, "binding"),
                          .html_handling = text_of(*assets, "html_handling"),
                          .not_found_handling = text_of(*assets, "not_found_handling"),
                          .base_path = text_of(*assets, "base_path"),
                          .run_worker_first = copy_of(*assets, "run_worker_first"),
                          .place = place_of(*assets, "directory"),
                          .binding_place = place_of(*assets, "binding")};
}

void pass_on(Project& project,
             std::string_view section,
             std::string_view name_key,
             const std::vector<const Value*>& entries) {
  for (const auto* entry : entries) {
    project.passed_on_bindings.push_back({.section = std::string(section),
                                          .binding = text_or_empty(*entry, name_key),
                                          .raw = *entry,
                                          .place = place_of(*entry, name_key)});
  }
}

void decode_passed_on(Project& project) {
  static constexpr std::array<std::string_view, 9> sections{"ai_search",
                                                            "ai_search_namespaces",
                                                            "agent_memory",
                                                            "artifacts",
                                                            "flagship",
                                                            "k2",
                                                            "vpc_services",
                                                            "vpc_networks",
                                                            "unsafe_hello_world"};
  for (const auto section : sections) {
    pass_on(project, section, "binding", tables_of(project.resolved, section));
  }
  for (const auto section : {"unsafe", "logfwdr"}) {
    if (const auto* table = project.raw(section)) {
      pass_on(project, section, "name", tables_of(*table, "bindings"));
    }
  }
}

} // namespace

void decode_bindings(Project& project) {
  if (const auto* vars = project.raw("vars")) {
    for (const auto& entry : vars->entries()) {
      project.vars.push_back({entry.key, entry.value, entry.key_place});
    }
  }
  decode_storage(project);
  decode_classes(project);
  decode_calls(project);
  decode_services_of_the_platform(project);
  decode_named_bindings(project);
  decode_assets(project);
  decode_passed_on(project);
}

} // namespace pyw::config
