#include "sample_project.hpp"
#include "sample_snapshot.hpp"

#include <snapshot/layers.hpp>

#include <nlohmann/json.hpp>

using namespace pyw;
using namespace pyw::snapshot;
using test::SampleProject;

namespace {

// Their places in a plan.
constexpr std::size_t base = 0;
constexpr std::size_t packages = 1;
constexpr std::size_t dedicated = 2;

/// Whether the keys of the project's two layers change with what `change` does.
std::pair<bool, bool> changed_by(const std::function<void(SampleProject&)>& change) {
  SampleProject sample;
  const auto before = sample.plan();
  change(sample);
  const auto after = sample.plan();
  return {before.at(packages).key != after.at(packages).key,
          before.at(dedicated).key != after.at(dedicated).key};
}

const std::pair both{true, true};
const std::pair dedicated_only{false, true};
const std::pair neither{false, false};

} // namespace

TEST_CASE("what the Worker's modules import from python_modules is imported ahead") {
  SampleProject sample;
  CHECK(snapshot_imports(sample.bundle, sample.files) ==
        std::vector<std::string>{"fastapi.responses", "pydantic", "fastapi"});
}

TEST_CASE("what top levels came to import of packages is imported ahead, as far as it is there") {
  SampleProject sample;
  const auto before = sample.plan();
  sample.write("/p/.pyw/snapshots/dedicated.json",
               R"({"key": "k", "made": true, "ahead": ["pickle", "pydantic", "pydantic.gone", 1]})");
  const auto after = sample.plan();
  CHECK(before.at(packages).key != after.at(packages).key);
  CHECK(before.at(dedicated).key == after.at(dedicated).key);
  const auto ahead = nlohmann::json::parse(after.at(packages).settings).at("ahead");
  CHECK(ahead == nlohmann::json{"pickle", "pydantic"});
  CHECK_FALSE(nlohmann::json::parse(after.at(dedicated).settings).contains("ahead"));
}

TEST_CASE("each layer is keyed by everything it depends on, and by nothing else") {
  CHECK(changed_by([](auto&) {}) == neither);
  CHECK(changed_by([](auto& s) { s.staged.own_digest = "other"; }) == dedicated_only);
  CHECK(changed_by([](auto& s) { s.bundle.entry.path = "main.py"; }) == dedicated_only);
  CHECK(changed_by([](auto& s) { s.project.vars.push_back({"NEW", config::Value(std::string("v")), {}}); }) ==
        dedicated_only);
  CHECK(changed_by([](auto& s) { s.write("/p/src/entry.py", "import fastapi\nimport rooms\n"); }) ==
        std::pair{true, false}); // the digest of the own code stands for it in the other
  CHECK(changed_by([](auto& s) { s.staged.packages.digest = "other"; }) == both);
  CHECK(changed_by([](auto& s) { s.staged.guest = "/cache/guest-2"; }) == both);
  CHECK(changed_by([](auto& s) { s.parts.pyodide_version = "314.0.8"; }) == both);
  CHECK(changed_by([](auto& s) { s.parts.workerd_version = "1.3"; }) == both);
  CHECK(changed_by([](auto& s) { s.project.compatibility_date.value = "2026-10-02"; }) == both);
  CHECK(changed_by([](auto& s) {
          s.project.compatibility_flags = {{"disable_python_process_pth_files", {}}};
        }) == both);
  CHECK(changed_by([](auto& s) { s.staged.packages.pack = "/elsewhere/packages.pack"; }) == neither);
  CHECK(changed_by([](auto& s) { s.parts.workerd = "/elsewhere/workerd"; }) == neither);
}

TEST_CASE("the base is keyed by the runtime alone, and given nothing of the project") {
  const auto base_changed_by = [](const std::function<void(SampleProject&)>& change) {
    SampleProject sample;
    const auto before = sample.plan();
    change(sample);
    return before.at(base).key != sample.plan().at(base).key;
  };
  CHECK_FALSE(base_changed_by([](auto& s) {
    s.staged.packages.digest = "other";
    s.staged.own_digest = "other";
    s.project.compatibility_date.value = "2026-10-02";
    s.project.compatibility_flags = {{"disable_python_process_pth_files", {}}};
    s.write("/p/src/entry.py", "import fastapi\nimport rooms\n");
  }));
  CHECK(base_changed_by([](auto& s) { s.staged.guest = "/cache/guest-2"; }));
  CHECK(base_changed_by([](auto& s) { s.parts.pyodide_version = "314.0.8"; }));
  CHECK(base_changed_by([](auto& s) { s.parts.workerd_version = "1.3"; }));
  const auto settings = SampleProject().plan().at(base).settings;
  CHECK(settings.find("packages.pack") == std::string::npos);
  CHECK(settings.find("app.pack") == std::string::npos);
}

TEST_CASE(
    "the maker of the dedicated layer gets the Worker's code and the names of its environment, no values") {
  SampleProject sample;
  sample.project.vars.push_back({"STAGE", config::Value(std::string("secret-value")), {}});
  const auto plans = sample.plan();
  CHECK(plans.at(packages).settings.find("app.pack") == std::string::npos);
  CHECK(plans.at(packages).settings.find("STAGE") == std::string::npos);
  CHECK(plans.at(dedicated).settings.find("/run/app.pack") != std::string::npos);
  CHECK(plans.at(dedicated).settings.find("\"STAGE\"") != std::string::npos);
  CHECK(plans.at(dedicated).settings.find("secret-value") == std::string::npos);
}

TEST_CASE("without byte code, and for Python 3.12, there is nothing to plan") {
  SampleProject sample;
  sample.staged.code.library_is_archive = true;
  CHECK(sample.plan().empty());
  sample.staged.code.library_is_archive = false;
  sample.project.python_version = config::PythonVersion::python_3_12;
  CHECK(sample.plan().empty());
}

TEST_CASE("the best layer that is whole and for this key is used") {
  SampleProject sample;
  const auto plans = sample.plan();
  const auto file_for = [&](Layer layer, const std::string& key) {
    auto description = test::sample_description();
    description["layer"] = to_text(layer);
    return *seal(test::sample_snapshot(description), key);
  };
  CheckedFiles checked;
  CHECK(best_usable(plans, sample.files, checked) == nullptr);
  sample.write(plans[base].file, file_for(Layer::base, plans[base].key));
  CHECK(best_usable(plans, sample.files, checked) == &plans[base]);
  sample.write(plans[packages].file, file_for(Layer::packages, plans[packages].key));
  CHECK(best_usable(plans, sample.files, checked) == &plans[packages]);
  sample.write(plans[dedicated].file, file_for(Layer::dedicated, plans[dedicated].key));
  CHECK(best_usable(plans, sample.files, checked) == &plans[dedicated]);

  SECTION("one of other code counts as missing") {
    sample.write(plans[dedicated].file, file_for(Layer::dedicated, test::sample_key));
    CHECK(best_usable(plans, sample.files, checked) == &plans[packages]);
    CHECK(load(plans[dedicated], sample.files)->has_value() == false);
  }
  SECTION("a damaged one counts as missing") {
    auto damaged = file_for(Layer::dedicated, plans[dedicated].key);
    damaged.back() = 'x';
    sample.write(plans[dedicated].file,
                 damaged + std::string(4096, 'x')); // another size: it is looked at again
    CHECK(best_usable(plans, sample.files, checked) == &plans[packages]);
    CHECK_FALSE(load(plans[dedicated], sample.files));
  }
  SECTION("one of the other layer is refused") {
    sample.write(plans[dedicated].file, file_for(Layer::packages, plans[dedicated].key));
    CHECK_FALSE(load(plans[dedicated], sample.files));
  }
}
