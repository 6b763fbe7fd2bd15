// A Worker as files of a container image, with what runs it: places in the image instead of this machine's
// paths.
#pragma once

#include <base/world.hpp>
#include <bundle/manifest.hpp>
#include <config/project.hpp>
#include <runtime/parts.hpp>
#include <runtime/stage.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace pyw::runtime {

/// A file of the image: from this machine's disk, or made here.
struct ImageFile {
  Path source;
  std::string content;
  bool is_executable = false;
};

using ImageFiles = std::map<std::string, ImageFile>; ///< by their places in the image

struct WorkerImage {
  ImageFiles runtime; ///< workerd and what it needs of the system: of this machine
  ImageFiles python;  ///< Pyodide, the guest and the standard library
  ImageFiles worker;  ///< the Worker itself, with its snapshot
  /// Where it writes (the Cache API's content), and their modes.
  std::map<std::string, unsigned> folders;
  std::vector<std::string> command; ///< what the image runs
};

enum class Outbound { public_only, also_private };

struct ImageOptions {
  std::optional<Path> snapshot; ///< to continue from, checked
  std::uint16_t port = 8080;    ///< Knative's default
  Outbound outbound = Outbound::public_only;
};

/// Variables stand in the image; secrets are read from its environment when it starts, under their own names.
/// `PYW_CONTROL` in the environment opens /cdn-cgi/pyw/start, alive and scheduled to those who send it as
/// `control`. Fails for bindings that need a server beside the Worker, naming the first, and when the
/// libraries of workerd cannot be found.
[[nodiscard]] Result<WorkerImage> make_worker_image(const config::Project& project,
                                                    const bundle::BundleManifest& bundle,
                                                    const RuntimeParts& parts,
                                                    const StagedWorker& staged,
                                                    const ImageOptions& options,
                                                    World& world);

} // namespace pyw::runtime
