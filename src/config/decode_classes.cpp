#include <config/decode.hpp>

namespace pyw::config {

namespace {

Migration decode_migration(const Value& entry) {
  Migration migration{.tag = text_or_empty(entry, "tag"),
                      .new_classes = texts_of(entry, "new_classes"),
                      .new_sqlite_classes = texts_of(entry, "new_sqlite_classes"),
                      .deleted_classes = texts_of(entry, "deleted_classes"),
                      .raw = entry,
                      .place = place_of(entry, "tag")};
  for (const auto* renamed : tables_of(entry, "renamed_classes")) {
    migration.renamed_classes.push_back({text_or_empty(*renamed, "from"), text_or_empty(*renamed, "to")});
  }
  for (const auto* transferred : tables_of(entry, "transferred_classes")) {
    migration.transferred_classes.push_back({text_or_empty(*transferred, "from"),
                                             text_or_empty(*transferred, "from_script"),
                                             text_or_empty(*transferred, "to")});
  }
  return migration;
}

Export::Type export_type(const std::string& type) {
  return type == "durable-object" ? Export::Type::durable_object
         : type == "workflow"     ? Export::Type::workflow
                                  : Export::Type::worker;
}

void decode_durable_objects(Project& project) {
  if (const auto* section = project.raw("durable_objects")) {
    for (const auto* entry : tables_of(*section, "bindings")) {
      project.durable_objects.push_back({.name = text_or_empty(*entry, "name"),
                                         .class_name = text_or_empty(*entry, "class_name"),
                                         .script_name = text_of(*entry, "script_name"),
                                         .environment = text_of(*entry, "environment"),
                                         .place = place_of(*entry, "name")});
    }
  }
  for (const auto* entry : tables_of(project.resolved, "migrations")) {
    project.migrations.push_back(decode_migration(*entry));
  }
  if (const auto* exports = project.raw("exports")) {
    for (const auto& [class_name, key_place, entry] : exports->entries()) {
      project.exports.push_back({.class_name = class_name,
                                 .type = export_type(text_or_empty(entry, "type")),
                                 .state = text_of(entry, "state"),
                                 .storage = text_of(entry, "storage"),
                                 .workflow_name = text_of(entry, "name"),
                                 .raw = entry,
                                 .place = key_place});
    }
  }
}

void decode_queues(Project& project) {
  const auto* queues = project.raw("queues");
  if (queues == nullptr) {
    return;
  }
  for (const auto* entry : tables_of(*queues, "producers")) {
    project.queue_producers.push_back({.binding = text_or_empty(*entry, "binding"),
                                       .queue = text_of(*entry, "queue"),
                                       .delivery_delay = number_of(*entry, "delivery_delay"),
                                       .remote = is_remote(*entry),
                                       .place = place_of(*entry, "binding")});
  }
  for (const auto* entry : tables_of(*queues, "consumers")) {
    project.queue_consumers.push_back({.queue = text_or_empty(*entry, "queue"),
                                       .max_batch_size = integer_of(*entry, "max_batch_size"),
                                       .max_batch_timeout = number_of(*entry, "max_batch_timeout"),
                                       .max_retries = integer_of(*entry, "max_retries"),
                                       .dead_letter_queue = text_of(*entry, "dead_letter_queue"),
                                       .max_concurrency = integer_of(*entry, "max_concurrency"),
                                       .visibility_timeout_ms = number_of(*entry, "visibility_timeout_ms"),
                                       .retry_delay = number_of(*entry, "retry_delay"),
                                       .raw = *entry,
                                       .place = place_of(*entry, "queue")});
  }
}

std::vector<std::string> schedules_of(const Value& entry) {
  const auto single = text_of(entry, "schedules");
  return single ? std::vector{*single} : texts_of(entry, "schedules");
}

void decode_workflows(Project& project) {
  for (const auto* entry : tables_of(project.resolved, "workflows")) {
    project.workflows.push_back({.binding = text_or_empty(*entry, "binding"),
                                 .name = text_or_empty(*entry, "name"),
                                 .class_name = text_or_empty(*entry, "class_name"),
                                 .script_name = text_of(*entry, "script_name"),
                                 .limits = copy_of(*entry, "limits"),
                                 .schedules = schedules_of(*entry),
                                 .raw = *entry,
                                 .place = place_of(*entry, "binding")});
  }
}

} // namespace

void decode_classes(Project& project) {
  decode_durable_objects(project);
  decode_workflows(project);
  decode_queues(project);
}

} // namespace pyw::config
