// A queue's settings and its consumer: as the API has them, and as the runtime reads them.
#pragma once

#include <edge/data_relay.hpp>
#include <runtime/account_queues.hpp>

#include <optional>

namespace pyw::edge {

/// The Worker that gets the queue's messages now; nullopt: none, or delivery is paused. The queue's document
/// is
/// {"settings", "consumer": {consumer_id, type, script, dead_letter_queue, settings}}.
[[nodiscard]] std::optional<runtime::AccountConsumer> consumer_of(const Resource& queue);

/// The consumer that pulls by the API, as the document has it; nullopt: there is none.
[[nodiscard]] std::optional<Json> pull_consumer_of(const Resource& queue);

[[nodiscard]] bool delivery_paused(const Resource& queue);
/// In seconds, of messages without one of their own; 0: none.
[[nodiscard]] double delivery_delay(const Resource& queue);

[[nodiscard]] Json queue_json(const Resource& queue);
[[nodiscard]] Problem no_such_queue();
/// Removes all that the queue keeps; nullopt: done.
[[nodiscard]] std::optional<Outcome> empty_queue(Api& api, const Call& call, const Resource& queue);

} // namespace pyw::edge
