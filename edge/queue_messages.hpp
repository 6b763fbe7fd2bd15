// What the API's requests about a queue's messages ask for, checked and with production's defaults, as the
// account's queues take them (runtime/guest/account_queues.js). Pure.
//
// Bodies and answers: https://developers.cloudflare.com/api/resources/queues/subresources/messages/ ; limits:
// https://developers.cloudflare.com/queues/platform/limits/ ; codes: …/queues/reference/error-codes/
#pragma once

#include <edge/exchange.hpp>

#include <cstdint>
#include <optional>
#include <variant>

namespace pyw::edge {

inline constexpr std::int64_t longest_delay_s = 86'400;

/// What to send to the queues, or why it is refused.
using QueueRequest = std::variant<Json, Problem>;

/// `{body, content_type, delay_seconds}` as a batch of one. A body of "bytes" is base64.
[[nodiscard]] QueueRequest message_to_send(const Json& body);
/// `{messages: [{body, content_type, delay_seconds}], delay_seconds}`
[[nodiscard]] QueueRequest messages_to_send(const Json& body);

/// `{batch_size, visibility_timeout_ms}`; what it leaves open is the consumer's (of the type "http_pull"), or
/// the default.
[[nodiscard]] QueueRequest pull_wanted(const Json& body, const Json& consumer);

/// `{acks: [{lease_id}], retries: [{lease_id, delay_seconds}]}`
[[nodiscard]] QueueRequest leases_to_settle(const Json& body, const Json& consumer);

/// The settings of a consumer of the type "http_pull"; nullopt: they are good.
[[nodiscard]] std::optional<Problem> pull_settings_problem(const Json& settings);

} // namespace pyw::edge
