// The further Workers of `pyw dev -c one -c two …`: each has a `pyw dev` of its own, on a free port, whose
// words are passed on with its name in front. They find each other through the registry (dev_registry.hpp).
#pragma once

#include <base/process.hpp>
#include <commands/dev.hpp>

#include <memory>
#include <thread>
#include <vector>

namespace pyw::commands {

class DevCompanions {
public:
  /// One for each of `context.options.more_configs`. Fails when one cannot be started; what it finds wrong
  /// itself it tells itself.
  [[nodiscard]] static Result<DevCompanions> start(const DevOptions& options, Context& context);

  DevCompanions(DevCompanions&&) = default;
  DevCompanions& operator=(DevCompanions&&) = delete;
  /// Ends them, and waits for that.
  ~DevCompanions();

private:
  struct Companion {
    std::unique_ptr<ChildProcess> process;
    std::vector<std::thread> readers;
  };

  DevCompanions() = default;

  std::vector<Companion> m_companions;
};

/// The command line of one: what concerns all Workers is passed on, what belongs to the first is not. Pure.
[[nodiscard]] std::vector<std::string>
companion_arguments(const DevOptions& options, const GlobalOptions& global, const Path& config);

/// An event of a companion with the name of its Worker; a line that is no JSON object stays as it is.
[[nodiscard]] std::string event_with_worker(std::string_view line, std::string_view worker);

} // namespace pyw::commands
