#include <base/hash.hpp>
#include <base/memory_filesystem.hpp>
#include <support/catch.hpp>

#include <image/image.hpp>
#include <nlohmann/json.hpp>

using namespace pyw;
using namespace pyw::image;

namespace {

std::string field(const std::string& tar, std::size_t header, std::size_t offset, std::size_t width) {
  const auto text = tar.substr(header + offset, width);
  return text.substr(0, text.find('\0'));
}

Image sample(const std::string& content = "hello") {
  MemoryFileSystem files;
  Layer one{"one", {}};
  one.tree.files["/worker/a.txt"] = {{}, content};
  ImageSetup setup;
  setup.architecture = "amd64";
  setup.entrypoint = {"/pyw/bin/workerd"};
  setup.user = "65532:65532";
  setup.port = 8080;
  return *make_image({one}, setup, files);
}

} // namespace

TEST_CASE("a tar file has folders first, fixed owners and times, and two empty blocks") {
  MemoryFileSystem files;
  REQUIRE(files.write("/disk/program", "bytes"));
  Tree tree;
  tree.files["/a/b/program"] = {"/disk/program", "", true};
  tree.folders["/tmp"] = 01777;
  const auto tar = write_tar(tree, files);
  REQUIRE(tar);
  CHECK(tar->size() == 512 * (3 + 1 + 1 + 2)); // a/, a/b/, tmp/; the file's header and content; the end
  CHECK(field(*tar, 0, 0, 100) == "a/");
  CHECK(field(*tar, 512, 0, 100) == "a/b/");
  CHECK(field(*tar, 1024, 0, 100) == "tmp/");
  CHECK(field(*tar, 1024, 100, 8) == "0001777");
  CHECK(field(*tar, 1536, 0, 100) == "a/b/program");
  CHECK(field(*tar, 1536, 100, 8) == "0000755");
  CHECK(field(*tar, 1536, 124, 12) == "00000000005");
  CHECK(field(*tar, 1536, 136, 12) == "00000000000");
  CHECK(field(*tar, 1536, 257, 6) == "ustar");
  CHECK(tar->substr(2048, 5) == "bytes");
  unsigned sum = 0;
  for (std::size_t i = 0; i < 512; ++i) {
    sum += i >= 148 && i < 156 ? ' ' : static_cast<unsigned char>((*tar)[1536 + i]);
  }
  CHECK(std::stoul(field(*tar, 1536, 148, 8), nullptr, 8) == sum);
}

TEST_CASE("a name beyond 100 bytes has a record that counts itself") {
  MemoryFileSystem files;
  for (const std::size_t length : {85U, 90U, 91U, 92U, 93U, 200U, 950U, 989U, 990U}) {
    Tree tree;
    const auto name = std::string(length, 'n') + "/0123456789abcdef";
    tree.files["/" + name] = {{}, "x"};
    const auto tar = write_tar(tree, files);
    REQUIRE(tar);
    const auto at = tar->find(" path=" + name + "\n");
    REQUIRE(at != std::string::npos);
    const auto begin = tar->rfind('\0', at) + 1;
    const auto told = std::stoul(tar->substr(begin, at - begin));
    CHECK(told == at + 7 + name.size() - begin);
  }
  Tree bad;
  bad.files["relative"] = {{}, ""};
  CHECK_FALSE(write_tar(bad, files));
}

TEST_CASE("the same inputs give the same digests, others do not; all that is named fits") {
  const auto one = sample();
  CHECK(one.manifest.digest == sample().manifest.digest);
  CHECK(one.manifest.digest != sample("other").manifest.digest);
  const auto manifest = nlohmann::json::parse(one.manifest.content);
  CHECK(manifest["config"]["digest"] == "sha256:" + sha256_hex(one.config.content));
  CHECK(manifest["layers"][0]["digest"] == "sha256:" + sha256_hex(one.layers[0].content));
  CHECK(manifest["layers"][0]["size"] == one.layers[0].content.size());
  const auto config = nlohmann::json::parse(one.config.content);
  CHECK(config["config"]["ExposedPorts"].contains("8080/tcp"));
  CHECK(config["rootfs"]["diff_ids"][0] !=
        manifest["layers"][0]["digest"]); // of the tar file, not of what is sent
}

TEST_CASE("a layout is written whole, over an older one, and over nothing else") {
  MemoryFileSystem files;
  REQUIRE(write_layout(sample(), "latest", "/out/image", files));
  REQUIRE(write_layout(sample("new"), "latest", "/out/image", files));
  const auto index = nlohmann::json::parse(*files.read("/out/image/index.json"));
  const std::string digest = index["manifests"][0]["digest"];
  CHECK(digest == sample("new").manifest.digest);
  CHECK(files.is_file("/out/image/blobs/sha256/" + digest.substr(7)));
  CHECK(files.list("/out/image/blobs/sha256")->size() == 3);
  REQUIRE(files.write("/home/notes", "mine"));
  CHECK_FALSE(write_layout(sample(), "latest", "/home", files));
  files.fail_changes([](const Path& path) { return path.filename() == "index.json" ? ENOSPC : 0; });
  CHECK_FALSE(write_layout(sample(), "latest", "/out/image", files));
  CHECK(files.list("/out")->size() == 1);
}
