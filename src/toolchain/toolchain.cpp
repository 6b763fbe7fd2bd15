#include <base/platform.hpp>
#include <toolchain/install.hpp>
#include <toolchain/toolchain.hpp>

#include <fmt/core.h>

namespace pyw::toolchain {

namespace {

std::vector<const Pin*>
not_ready(const Cache& cache, std::span<const Pin* const> pins, CheckDepth depth, Reporter& reporter) {
  std::vector<const Pin*> found;
  for (const auto* pin : pins) {
    const auto state = cache.inspect(*pin, depth);
    if (state.condition == Condition::ready) {
      continue;
    }
    if (state.condition == Condition::damaged) {
      reporter.verbose(fmt::format("{} is damaged: {}", folder_name(*pin), state.damage));
    }
    found.push_back(pin);
  }
  return found;
}

} // namespace

Path Installed::program(Part part) const {
  const auto* pin = find_pin(part, platform::machine_name());
  return folder(part) / (pin != nullptr ? pin->program : "");
}

Result<std::vector<const Pin*>> pins_here(std::span<const Part> parts) {
  std::vector<const Pin*> pins;
  for (const auto part : parts) {
    const auto* pin = find_pin(part, platform::machine_name());
    if (pin == nullptr) {
      return failure(
          user_error(fmt::format("there is no `{}` for {}", name_of(part), platform::machine_name()),
                     {"run pyw on linux-64 or linux-arm64, in a virtual machine or a container"}));
    }
    pins.push_back(pin);
  }
  return pins;
}

Cache cache_of(World& world) {
  return {world.files, world.environment.cache_directory()};
}

Result<Installed> ensure(World& world, const Path& directory, std::span<const Part> parts, CheckDepth depth) {
  PYW_TRY_ASSIGN(const auto pins, pins_here(parts));
  auto cache = cache_of(world);
  Installed installed;
  for (const auto* pin : pins) {
    installed.m_folders[pin->part] = cache.folder_of(*pin);
  }
  if (not_ready(cache, pins, depth, world.reporter).empty()) {
    return installed;
  }
  PYW_TRY_ASSIGN(const auto lock, cache.lock(world.reporter));
  // While we waited, another pyw may have brought everything.
  const auto wanted = not_ready(cache, pins, depth, world.reporter);
  if (!wanted.empty()) {
    PYW_TRY(install(world, cache, directory, wanted));
  }
  return installed;
}

Result<void> reinstall(World& world, const Path& directory, std::span<const Part> parts) {
  PYW_TRY_ASSIGN(const auto pins, pins_here(parts));
  auto cache = cache_of(world);
  PYW_TRY_ASSIGN(const auto lock, cache.lock(world.reporter));
  return install(world, cache, directory, pins);
}

} // namespace pyw::toolchain
