// The account's workflows: what they are called, and which Worker's class runs them.
#pragma once

#include <edge/resource_records.hpp>

#include <string>
#include <string_view>

namespace pyw::edge {

/// ResourceRecords' kind.
inline constexpr const char* workflow_kind = "workflow";

/// Letters, digits, `-` and `_`, 64 at most, as the platform's clients check it; it becomes part of a path.
[[nodiscard]] bool is_workflow_name(std::string_view name);

struct Workflow {
  std::string script;
  std::string class_name;
  std::string version; ///< a UUID, another one after each change
  std::string changed; ///< RFC 3339
};

[[nodiscard]] Workflow workflow_of(const Resource& resource);
/// What the resource keeps of it.
[[nodiscard]] std::string to_document(const Workflow& workflow);

} // namespace pyw::edge
