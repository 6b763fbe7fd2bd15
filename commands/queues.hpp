// `pyw queues`: queues and their consumers.
#pragma once

#include <commands/data_support.hpp>

namespace pyw::commands {

[[nodiscard]] CommandEntry queues_command();

/// `queues consumer …` and `queues subscription …`, in files of their own.
[[nodiscard]] Runner declare_queue_consumer(CLI::App& app);
[[nodiscard]] Runner declare_queue_subscription(CLI::App& app);

} // namespace pyw::commands
