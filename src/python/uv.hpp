// One run of uv, with its words on the way to the progress line.
#pragma once

#include <base/world.hpp>
#include <python/uv_complaint.hpp>

#include <optional>

namespace pyw::python {

/// How a run ended: nullopt when it did what it should.
struct UvFailure {
  Exit exit;
  UvComplaint complaint;
};

/// Runs uv; lines that tell of a download or a build become the label of `progress`. Fails when uv cannot be
/// started or was killed; what uv itself complains about is an answer.
[[nodiscard]] Result<std::optional<UvFailure>>
run_uv(World& world, const Command& command, Progress& progress);

} // namespace pyw::python
