#include <base/hash.hpp>

#include <fmt/core.h>
#include <image/image.hpp>
#include <nlohmann/json.hpp>
#include <unistd.h>

namespace pyw::image {

namespace {

using nlohmann::ordered_json;

constexpr std::string_view layer_type = "application/vnd.oci.image.layer.v1.tar+gzip";
constexpr std::string_view config_type = "application/vnd.oci.image.config.v1+json";
constexpr std::string_view manifest_type = "application/vnd.oci.image.manifest.v1+json";
constexpr std::string_view index_type = "application/vnd.oci.image.index.v1+json";
/// Of everything in the image: it says nothing, so that the same inputs give the same bytes.
constexpr std::string_view created = "1970-01-01T00:00:00Z";

std::string digest_of(std::string_view bytes) {
  return "sha256:" + sha256_hex(bytes);
}

Blob blob(std::string_view media_type, std::string content) {
  return {std::string(media_type), digest_of(content), std::move(content)};
}

ordered_json descriptor(const Blob& blob) {
  return {{"mediaType", blob.media_type}, {"digest", blob.digest}, {"size", blob.content.size()}};
}

ordered_json config_json(const ImageSetup& setup, const ordered_json& diff_ids, const ordered_json& history) {
  ordered_json config = {{"User", setup.user},
                         {"ExposedPorts", {{fmt::format("{}/tcp", setup.port), ordered_json::object()}}},
                         {"Env", setup.environment},
                         {"Entrypoint", setup.entrypoint},
                         {"WorkingDir", "/"},
                         {"StopSignal", "SIGTERM"},
                         {"Labels", ordered_json::object()}};
  for (const auto& volume : setup.volumes) {
    config["Volumes"][volume] = ordered_json::object();
  }
  for (const auto& [name, value] : setup.labels) {
    config["Labels"][name] = value;
  }
  return {{"created", created},
          {"architecture", setup.architecture},
          {"os", "linux"},
          {"config", config},
          {"rootfs", {{"type", "layers"}, {"diff_ids", diff_ids}}},
          {"history", history}};
}

Path blob_place(const Path& layout, const Blob& blob) {
  return layout / "blobs" / "sha256" / blob.digest.substr(blob.digest.find(':') + 1);
}

Result<void> put(const Path& place, std::string_view content, FileSystem& files) {
  PYW_TRY_ASSIGN(const auto writer, files.create(place));
  PYW_TRY(writer->write(content));
  return writer->commit();
}

} // namespace

Result<Image>
make_image(const std::vector<Layer>& layers, const ImageSetup& setup, const ReadOnlyFileSystem& files) {
  Image image;
  auto diff_ids = ordered_json::array();
  auto history = ordered_json::array();
  auto layer_list = ordered_json::array();
  for (const auto& layer : layers) {
    PYW_TRY_ASSIGN(const auto tar, write_tar(layer.tree, files));
    PYW_TRY_ASSIGN(auto packed, gzip(tar));
    diff_ids.push_back(digest_of(tar));
    history.push_back({{"created", created}, {"created_by", "pyw build: " + layer.what}});
    image.layers.push_back(blob(layer_type, std::move(packed)));
    layer_list.push_back(descriptor(image.layers.back()));
  }
  image.config = blob(config_type, config_json(setup, diff_ids, history).dump());
  const ordered_json manifest = {{"schemaVersion", 2},
                                 {"mediaType", manifest_type},
                                 {"config", descriptor(image.config)},
                                 {"layers", layer_list}};
  image.manifest = blob(manifest_type, manifest.dump());
  return image;
}

Result<void> write_layout(const Image& image, const std::string& tag, const Path& target, FileSystem& files) {
  if (files.exists(target) && !files.is_file(target / "oci-layout")) {
    return failure(user_error(fmt::format("`{}` is there, and is no image layout", target.string()),
                              {"name a folder that is not there yet"}));
  }
  const auto fresh = target.parent_path() / fmt::format(".{}.{}.tmp", target.filename().string(), ::getpid());
  PYW_TRY(files.remove_all(fresh));
  const auto write = [&]() -> Result<void> {
    for (const auto& layer : image.layers) {
      PYW_TRY(put(blob_place(fresh, layer), layer.content, files));
    }
    PYW_TRY(put(blob_place(fresh, image.config), image.config.content, files));
    PYW_TRY(put(blob_place(fresh, image.manifest), image.manifest.content, files));
    auto entry = descriptor(image.manifest);
    entry["annotations"] = {{"org.opencontainers.image.ref.name", tag}};
    const ordered_json index = {
        {"schemaVersion", 2}, {"mediaType", index_type}, {"manifests", ordered_json::array({entry})}};
    PYW_TRY(put(fresh / "index.json", index.dump(), files));
    PYW_TRY(put(fresh / "oci-layout", R"({"imageLayoutVersion":"1.0.0"})", files));
    return files.replace_tree(fresh, target);
  };
  auto written = write();
  if (!written) {
    static_cast<void>(files.remove_all(fresh)); // the failure that is told is the first one
  }
  return written;
}

} // namespace pyw::image
