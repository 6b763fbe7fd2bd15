// An OCI image (image-spec 1.0.2): layers, the configuration that says what runs, the manifest that names
// them.
#pragma once

#include <image/tar.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace pyw::image {

struct Blob {
  std::string media_type;
  std::string digest; ///< "sha256:" and 64 hexadecimal digits
  std::string content;
};

struct ImageSetup {
  std::string architecture; ///< "amd64", "arm64"
  std::vector<std::string> entrypoint;
  std::vector<std::string> environment = {}; ///< "NAME=value"
  std::string user;                          ///< "65532:65532"
  std::uint16_t port = 0;
  std::vector<std::string> volumes = {}; ///< folders that are written to, also when the rest is read-only
  std::vector<std::pair<std::string, std::string>> labels = {};
};

struct Layer {
  std::string what; ///< for the history: "the runtime"
  Tree tree;
};

struct Image {
  std::vector<Blob> layers;
  Blob config;
  Blob manifest;
};

/// The same layers and setup give the same bytes.
[[nodiscard]] Result<Image>
make_image(const std::vector<Layer>& layers, const ImageSetup& setup, const ReadOnlyFileSystem& files);

/// The folder `target` (absolute) as an image layout with this one image under the name `tag`: written
/// beside, then put in place. A layout that is there is replaced; fails when something else is.
[[nodiscard]] Result<void>
write_layout(const Image& image, const std::string& tag, const Path& target, FileSystem& files);

} // namespace pyw::image
