// What the schema's rows demand beyond types. Sources: wrangler 4.164's validation (facts/deploy.md 9) and
// the platform's documentation.
#pragma once

#include <config/shape.hpp>

namespace pyw::config {

/// `[a-z0-9_][a-z0-9-_]*`, at most 63 characters recommended by DNS but 64 accepted; "" counts as absent.
[[nodiscard]] std::optional<Complaint> check_worker_name(const Value& name);
/// YYYY-MM-DD, a day that exists.
[[nodiscard]] std::optional<Complaint> check_date(const Value& date);
/// 3 to 63 of lower-case letters, digits and hyphens, no hyphen at the ends.
[[nodiscard]] std::optional<Complaint> check_bucket_name(const Value& name);
/// 1 to 64 letters, digits, `_` and `-`, starting with none of the last.
[[nodiscard]] std::optional<Complaint> check_workflow_name(const Value& name);
[[nodiscard]] std::optional<Complaint> check_not_empty(const Value& text);
/// A name that `env.NAME` can reach from Python and JavaScript.
[[nodiscard]] std::optional<Complaint> check_binding_name(const Value& name);
/// A class name: an identifier.
[[nodiscard]] std::optional<Complaint> check_class_name(const Value& name);
/// Five fields, each in its range, names of months and days allowed.
[[nodiscard]] std::optional<Complaint> check_cron(const Value& expression);
[[nodiscard]] std::optional<Complaint> check_route(const Value& route);
[[nodiscard]] std::optional<Complaint> check_placement(const Value& placement);
[[nodiscard]] std::optional<Complaint> check_durable_object(const Value& binding);
[[nodiscard]] std::optional<Complaint> check_pipeline(const Value& binding);
[[nodiscard]] std::optional<Complaint> check_export(const Value& entry);
[[nodiscard]] std::optional<Complaint> check_observability(const Value& settings);
/// 10 or 60 seconds.
[[nodiscard]] std::optional<Complaint> check_rate_limit_period(const Value& period);
/// A table of variables without TOML dates, at any depth.
[[nodiscard]] std::optional<Complaint> check_variable(const Value& value);

} // namespace pyw::config
