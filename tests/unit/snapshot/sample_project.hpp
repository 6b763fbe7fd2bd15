// A project in memory whose snapshots are planned.
#pragma once

#include "../runtime/fake_world.hpp"

#include <snapshot/layers.hpp>
#include <support/catch.hpp>

namespace pyw::test {

struct SampleProject : FakeWorld {
  config::Project project;
  bundle::BundleManifest bundle;
  runtime::RuntimeParts parts{"/w/workerd", "/py", "314.0.7", "/mf", "/cache", "1.2"};
  runtime::StagedWorker staged;

  SampleProject() {
    project.root = "/p";
    project.compatibility_date.value = "2026-10-01";
    write("/p/src/entry.py", "import json\nfrom fastapi.responses import HTMLResponse\nimport rooms\n");
    write("/p/src/rooms.py", "from pydantic import BaseModel\nimport fastapi\n");
    bundle.project_root = "/p";
    bundle.module_root = "/p/src";
    bundle.entry = {"entry.py", bundle::ModuleKind::python, bundle::Origin::own, "/p/src/entry.py", 1};
    bundle.modules = {{"rooms.py", bundle::ModuleKind::python, bundle::Origin::own, "/p/src/rooms.py", 1}};
    for (const std::string name : {"fastapi/__init__.py", "fastapi/responses.py", "pydantic/__init__.py"}) {
      bundle.modules.push_back(
          {"python_modules/" + name, bundle::ModuleKind::python, bundle::Origin::vendored, "/m/" + name, 1});
    }
    staged.guest = "/cache/guest-1";
    staged.code = {{"/cache/library.pack"}, false, Path("/cache/packages.pack")};
    staged.packages = {"/run/packages.pack", "d"};
    staged.own_pack = "/run/app.pack";
    staged.own_digest = "own";
  }

  void write(const Path& path, const std::string& text) { REQUIRE(files.write(path, text)); }

  [[nodiscard]] std::vector<snapshot::LayerPlan> plan() const {
    auto plans = snapshot::plan_layers(project, bundle, parts, staged, files);
    REQUIRE(plans);
    return *plans;
  }
};

} // namespace pyw::test
