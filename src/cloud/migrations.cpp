#include <cloud/migrations.hpp>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>

namespace pyw::cloud {

namespace {

Json step_of(const config::Migration& migration) {
  auto step = config::to_json(migration.raw);
  step.erase("tag");
  return step;
}

/// The classes that exist while the chain is walked.
class ClassSimulation {
public:
  explicit ClassSimulation(const config::Project& project) : m_project(project) {}

  void create(const std::string& name, const config::Migration& at) {
    if (!m_classes.insert(name).second) {
      complain(fmt::format("migration `{}` creates the class `{}`, which exists already", at.tag, name), at);
    }
  }

  void put(const std::string& name) { m_classes.insert(name); }

  void remove(const std::string& name, std::string_view verb, const config::Migration& at) {
    if (m_classes.erase(name) == 0) {
      complain(fmt::format("migration `{}` {} the class `{}`, which was never created", at.tag, verb, name),
               at);
    }
  }

  std::vector<Diagnostic> take() { return std::move(m_problems); }

private:
  void complain(std::string message, const config::Migration& at) {
    m_problems.push_back(m_project.diagnose(Severity::error, std::move(message), at.place));
  }

  const config::Project& m_project;
  std::set<std::string> m_classes;
  std::vector<Diagnostic> m_problems;
};

} // namespace

MigrationPlan plan_migrations(const config::Project& project,
                              const std::string& script,
                              const std::optional<std::string>& live_tag) {
  const auto& all = project.migrations;
  if (all.empty()) {
    return {};
  }
  MigrationPlan plan;
  auto first = all.begin();
  if (live_tag && !live_tag->empty()) {
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const auto& item) { return item.tag == *live_tag; });
    if (found == all.end()) {
      plan.warning = fmt::format("the live Worker `{}` is at migration `{}`, which the configuration does "
                                 "not have: all steps are sent",
                                 script,
                                 *live_tag);
    } else if (first = found + 1; first == all.end()) {
      return {};
    }
  }
  auto payload = Json::object();
  if (live_tag && !live_tag->empty()) {
    payload["old_tag"] = *live_tag;
  }
  payload["new_tag"] = all.back().tag;
  payload["steps"] = Json::array();
  for (; first != all.end(); ++first) {
    payload["steps"].push_back(step_of(*first));
  }
  plan.payload = std::make_shared<Json>(std::move(payload));
  return plan;
}

std::vector<Diagnostic> check_migrations(const config::Project& project) {
  ClassSimulation classes(project);
  for (const auto& migration : project.migrations) {
    // The order inside a step is the platform's: what goes first makes room for what comes.
    for (const auto& name : migration.deleted_classes) {
      classes.remove(name, "deletes", migration);
    }
    for (const auto& [from, to] : migration.renamed_classes) {
      classes.remove(from, "renames", migration);
      classes.put(to);
    }
    for (const auto& item : migration.transferred_classes) {
      classes.put(item.to);
    }
    for (const auto& name : migration.new_classes) {
      classes.create(name, migration);
    }
    for (const auto& name : migration.new_sqlite_classes) {
      classes.create(name, migration);
    }
  }
  return classes.take();
}

ExportsPlan plan_exports(const config::Project& project) {
  ExportsPlan plan;
  auto payload = Json::object();
  using Type = config::Export::Type;
  for (const auto type : {Type::worker, Type::durable_object, Type::workflow}) {
    for (const auto& item : project.exports) {
      if (item.type == type) {
        payload[item.class_name] = config::to_json(item.raw);
        plan.has_durable_objects = plan.has_durable_objects || type == Type::durable_object;
        plan.has_workflows = plan.has_workflows || type == Type::workflow;
      }
    }
  }
  if (!payload.empty()) {
    plan.payload = std::make_shared<Json>(std::move(payload));
  }
  return plan;
}

} // namespace pyw::cloud
