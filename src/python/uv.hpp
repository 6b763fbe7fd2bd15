// uv as a program: where it is, and one run of it with its words on the way to the progress line.
#pragma once

#include <base/world.hpp>
#include <python/uv_complaint.hpp>

#include <string>

namespace pyw::python {

enum class MayDownload { no, yes };

/// The uv to drive: $PYW_UV, else from PATH. Fails when there is none.
[[nodiscard]] Result<Path> find_uv(World& world, MayDownload download);

/// "0.13.8", as `uv --version` says; empty when it cannot be told. Asked only to explain a failure.
[[nodiscard]] std::string uv_version(World& world, const Path& uv);

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
