#include "fake_world.hpp"

#include <runtime/package_snapshot.hpp>
#include <support/catch.hpp>

using namespace pyw;
using namespace pyw::runtime;

namespace {

const RuntimeParts parts{"/w/workerd", "/py", "314.0.7", "/mf", "/cache"};
const ByteCode code{{"/cache/library.pack"}, false, Path("/cache/packages.pack")};

struct Sample {
  MemoryFileSystem files;
  config::Project project;
  bundle::BundleManifest bundle;

  Sample() {
    project.compatibility_date.value = "2026-10-01";
    write("/p/src/entry.py", "import json\nfrom fastapi.responses import HTMLResponse\nimport rooms\n");
    write("/p/src/rooms.py", "from pydantic import BaseModel\nimport fastapi\n");
    bundle.entry = {"entry.py", bundle::ModuleKind::python, bundle::Origin::own, "/p/src/entry.py", 1};
    bundle.modules = {{"rooms.py", bundle::ModuleKind::python, bundle::Origin::own, "/p/src/rooms.py", 1}};
    for (const std::string name : {"fastapi/__init__.py", "fastapi/responses.py", "pydantic/__init__.py"}) {
      bundle.modules.push_back(
          {"python_modules/" + name, bundle::ModuleKind::python, bundle::Origin::vendored, "/m/" + name, 1});
    }
  }

  void write(const Path& path, const std::string& text) { REQUIRE(files.write(path, text)); }

  Result<std::optional<PackageSnapshot>> plan(const std::string& digest = "d") {
    return package_snapshot(
        project, bundle, parts, "/guest", code, {"/run/packages.pack", digest}, "/run", files);
  }
};

} // namespace

TEST_CASE("what the Worker's modules import from python_modules is imported ahead") {
  Sample sample;
  CHECK(snapshot_imports(sample.bundle, sample.files) ==
        std::vector<std::string>{"fastapi.responses", "pydantic", "fastapi"});
}

TEST_CASE("a missing snapshot comes with what makes it, an existing one does not") {
  Sample sample;
  const auto first = sample.plan();
  REQUIRE(first);
  REQUIRE(*first);
  CHECK_FALSE((*first)->exists);
  REQUIRE((*first)->build);
  CHECK((*first)->build->argv.back() == "/run/snapshot/config.capnp");
  CHECK(sample.files.read("/run/snapshot/settings.json")->find((*first)->file.filename().string()) !=
        std::string::npos);

  sample.write((*first)->file, "snapshot");
  const auto second = sample.plan();
  CHECK((*second)->exists);
  CHECK_FALSE((*second)->build);
}

TEST_CASE("the snapshot's name changes with packages, imports and flags, not with other code") {
  Sample sample;
  const auto file = (*sample.plan())->file;
  SECTION("other code of the Worker") {
    sample.write("/p/src/entry.py", "import fastapi.responses\nimport rooms\nx = 1\n");
    CHECK((*sample.plan())->file == file);
  }
  SECTION("another import") {
    sample.write("/p/src/entry.py", "import fastapi\nimport rooms\n");
    CHECK((*sample.plan())->file != file);
  }
  SECTION("other packages") {
    CHECK((*sample.plan("other"))->file != file);
  }
  SECTION("a flag that Python sees") {
    sample.project.compatibility_flags = {{"disable_python_process_pth_files", {}}};
    CHECK((*sample.plan())->file != file);
  }
}

TEST_CASE("there is none for Python 3.13 and without byte code") {
  Sample sample;
  sample.project.python_version = config::PythonVersion::python_3_13;
  CHECK_FALSE(sample.plan()->has_value());
}
