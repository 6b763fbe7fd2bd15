#include <base/json.hpp>
#include <edge/workflow_records.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>

namespace pyw::edge {

bool is_workflow_name(std::string_view name) {
  constexpr std::size_t longest_name = 64;
  return !name.empty() && name.size() <= longest_name && name.front() != '-' &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                  c == '_';
         });
}

Workflow workflow_of(const Resource& resource) {
  const auto document = Json::parse(resource.document, nullptr, false);
  return {text_at(document, "script_name"),
          text_at(document, "class_name"),
          text_at(document, "version"),
          text_at(document, "changed")};
}

std::string to_document(const Workflow& workflow) {
  return Json{{"script_name", workflow.script},
              {"class_name", workflow.class_name},
              {"version", workflow.version},
              {"changed", workflow.changed}}
      .dump();
}

} // namespace pyw::edge
