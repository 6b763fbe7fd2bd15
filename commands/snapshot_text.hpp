// The state of one layer of a project's snapshots, for people and for tools.
#pragma once

#include <snapshot/build.hpp>

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>

namespace pyw::commands {

struct LayerState {
  enum class Condition { missing, outdated, ready, damaged, refused };
  snapshot::Layer layer = snapshot::Layer::packages;
  Condition condition = Condition::missing;
  std::string file;
  std::optional<snapshot::Snapshot> snapshot = {};  ///< when it is ready
  std::optional<snapshot::BuildRecord> record = {}; ///< of the last build of this layer
  std::string problem = {};                         ///< when it is damaged
};

[[nodiscard]] LayerState
layer_state(const snapshot::LayerPlan& plan, const config::Project& project, const ReadOnlyFileSystem& files);

[[nodiscard]] nlohmann::json to_json(const LayerState& state);
[[nodiscard]] std::string to_text(const LayerState& state);

} // namespace pyw::commands
