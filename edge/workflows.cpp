// Workflows: which there are. Their instances are asked for where they live (guest/data/workflows.js).
#include <edge/data_relay.hpp>
#include <edge/role.hpp>
#include <edge/workflow_records.hpp>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace pyw::edge {

namespace {

Problem no_such_workflow(const std::string& name) {
  return {404, 10200, fmt::format("workflows.api.error.not_found: there is no workflow `{}`", name)};
}

Json workflow_json(const Resource& resource) {
  const auto workflow = workflow_of(resource);
  return {{"id", resource.id},
          {"name", resource.name},
          {"script_name", workflow.script},
          {"class_name", workflow.class_name},
          {"version_id", workflow.version},
          {"created_on", resource.created},
          {"modified_on", workflow.changed}};
}

/// Why the Worker cannot run it: the version in which its instances would live knows nothing of it.
Result<std::optional<Problem>> check_worker(Records& records,
                                            const std::string& account,
                                            const std::string& name,
                                            const Workflow& workflow) {
  PYW_TRY_ASSIGN(const auto script, records.find_script(account, workflow.script));
  if (!script) {
    return std::optional(no_such_worker());
  }
  PYW_TRY_ASSIGN(const auto deployments, records.deployments(account, workflow.script, 1));
  const auto owner = deployments.empty() ? "" : owner_of(deployments.front().versions);
  PYW_TRY_ASSIGN(const auto version, records.find_version(owner));
  const auto bindings = version ? Json::parse(version->bindings) : Json::array();
  const bool runs = std::any_of(bindings.begin(), bindings.end(), [&](const Json& binding) {
    const auto of = text_at(binding, "script_name");
    return text_at(binding, "type") == "workflow" && text_at(binding, "workflow_name") == name &&
           text_at(binding, "class_name") == workflow.class_name && (of.empty() || of == workflow.script);
  });
  if (runs) {
    return std::optional<Problem>();
  }
  return std::optional(Problem{400,
                               10201,
                               fmt::format("the deployed version of `{}` has no binding to the workflow `{}` "
                                           "with the class `{}`",
                                           workflow.script,
                                           name,
                                           workflow.class_name)});
}

} // namespace

Outcome list_workflows(Api& api, const Call& call) {
  PYW_STORED(const auto all, resources_of(api, call, workflow_kind).all());
  std::vector<Json> items;
  std::transform(all.begin(), all.end(), std::back_inserter(items), workflow_json);
  return page_of(call, items);
}

Outcome show_workflow(Api& api, const Call& call) {
  PYW_STORED(const auto found, resources_of(api, call, workflow_kind).named(call.at("workflow")));
  return found ? Outcome(workflow_json(*found)) : Outcome(no_such_workflow(call.at("workflow")));
}

Outcome put_workflow(Api& api, const Call& call) {
  const auto& name = call.at("workflow");
  const auto body = call.json();
  constexpr std::array missing{"limits", "concurrency", "schedules", "default_retention", "jurisdiction"};
  for (const auto* key : missing) {
    if (body.is_object() && body.contains(key) && !body[key].is_null()) {
      return Problem{400, 10201, fmt::format("`{}` of a workflow is not offered by this server", key)};
    }
  }
  auto& parts = api.parts();
  auto records = resources_of(api, call, workflow_kind);
  PYW_STORED(auto found, records.named(name));
  Workflow workflow{text_at(body, "script_name"), text_at(body, "class_name"), "", ""};
  PYW_STORED(const auto problem, check_worker(parts.records, call.account.id, name, workflow));
  if (problem) {
    return *problem;
  }
  if (found && workflow_of(*found).script != workflow.script) {
    return workflow_of_another(name, workflow_of(*found).script);
  }
  if (found && workflow_of(*found).class_name == workflow.class_name) {
    return workflow_json(*found);
  }
  workflow.changed = parts.records.now();
  PYW_STORED(workflow.version, new_uuid());
  auto resource = found.value_or(Resource{"", name, workflow.changed});
  resource.document = to_document(workflow);
  if (!found) {
    PYW_STORED(resource.id, new_uuid());
  }
  PYW_STORED(const bool stored, found ? records.change(resource) : records.add(resource));
  if (!stored) { // somebody else was faster
    return Problem{409, 10201, fmt::format("the workflow `{}` was changed meanwhile", name)};
  }
  parts.data_changed(call.account.id);
  return workflow_json(resource);
}

Outcome delete_workflow(Api& api, const Call& call) {
  auto records = resources_of(api, call, workflow_kind);
  PYW_STORED(const auto found, records.named(call.at("workflow")));
  if (!found) {
    return no_such_workflow(call.at("workflow"));
  }
  // The record last: who asks again after a failure finds it.
  PYW_STORED_VOID(api.parts().data_deleted(call.account.id, workflow_of(*found).script, found->name));
  PYW_STORED_VOID(records.remove(found->id));
  api.parts().data_changed(call.account.id);
  return Json{{"status", "ok"}, {"success", nullptr}};
}

Outcome list_workflow_versions(Api& api, const Call& call) {
  PYW_STORED(const auto found, resources_of(api, call, workflow_kind).named(call.at("workflow")));
  if (!found) {
    return no_such_workflow(call.at("workflow"));
  }
  const auto workflow = workflow_of(*found);
  return page_of(call,
                 {{{"id", workflow.version},
                   {"workflow_id", found->id},
                   {"class_name", workflow.class_name},
                   {"created_on", workflow.changed},
                   {"modified_on", workflow.changed}}});
}

Outcome relay_workflow(Api& api, const Call& call) {
  PYW_STORED(const auto found, resources_of(api, call, workflow_kind).named(call.at("workflow")));
  return found ? relay(api, call) : Outcome(no_such_workflow(call.at("workflow")));
}

Result<void> remove_workflows(Api& api, const Call& call, const std::string& script) {
  auto records = resources_of(api, call, workflow_kind);
  PYW_TRY_ASSIGN(const auto all, records.all());
  bool some = false;
  for (const auto& resource : all) {
    if (workflow_of(resource).script == script) {
      PYW_TRY(records.remove(resource.id));
      some = true;
    }
  }
  if (some) {
    api.parts().data_changed(call.account.id);
  }
  return {};
}

Problem workflow_of_another(const std::string& name, const std::string& script) {
  return {409,
          10201,
          fmt::format("the workflow `{}` is the Worker `{}`'s: delete it there, with its instances, or take "
                      "another name",
                      name,
                      script)};
}

} // namespace pyw::edge
