// The files of a project's types: which they are, which of them are stale, and writing those.
#pragma once

#include <base/world.hpp>
#include <commands/types_place.hpp>
#include <commands/types_runtime.hpp>
#include <config/project.hpp>

#include <optional>
#include <vector>

namespace pyw::commands {

struct Comparison {
  std::vector<typegen::StubFile> stale; ///< with the content that they should have
  std::size_t unchanged = 0;
};

struct ProjectTypes {
  StubPlace place;
  Comparison comparison;
  std::size_t bindings = 0;
  std::optional<Path> schema = {}; ///< where the schema of wrangler files goes; nullopt when nothing names it
  std::optional<Path> pyproject_schema = {}; ///< the same of pyproject.toml, where it is the configuration
};

/// What a project's types should be, against what is there.
[[nodiscard]] ProjectTypes compare_types(const World& world,
                                         const config::Project& project,
                                         typegen::RuntimeStubs runtime,
                                         const std::optional<Path>& outdir);

[[nodiscard]] Result<void> write_types(World& world, const ProjectTypes& types);

/// What the stubs of a project are made from when nothing else is asked for.
[[nodiscard]] RuntimeRequest runtime_request(const config::Project& project);

/// Brings Env up to date where `pyw types` has written it before; does nothing else, and never fails: what
/// called it has other work to do. A millisecond.
void refresh_types(World& world, const config::Project& project);

} // namespace pyw::commands
