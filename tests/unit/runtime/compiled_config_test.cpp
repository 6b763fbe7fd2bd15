#include "fake_world.hpp"

#include <runtime/compiled_config.hpp>
#include <support/catch.hpp>

using namespace pyw;
using namespace pyw::runtime;

namespace {

const RuntimeParts parts{"/w/workerd", "/py", "314.0.7", "/mf", "/cache"};
const std::string key(64, 'k');
const std::string other_key(64, 'o');

struct CompiledConfigs : test::FakeWorld {
  CompiledConfigs() {
    REQUIRE(announce_config("/run", key, files));
    processes.answer = [](const Command&) { return ProcessOutput{{}, "compiled", ""}; };
  }
};

} // namespace

TEST_CASE("a configuration is compiled once and replaces the one before") {
  CompiledConfigs sample;
  REQUIRE(sample.files.write("/run/config-1234.bin", "older"));
  REQUIRE(compile_config(parts, "/run", key, sample.world));
  CHECK(sample.files.read(compiled_config("/run", key)) == "compiled");
  CHECK_FALSE(sample.files.exists("/run/config-1234.bin"));
  REQUIRE(compile_config(parts, "/run", key, sample.world));
  CHECK(sample.processes.commands.size() == 1);
}

TEST_CASE("files that are of another key by now are not compiled, or not kept") {
  CompiledConfigs sample;
  REQUIRE(compile_config(parts, "/run", other_key, sample.world));
  CHECK(sample.processes.commands.empty());
  sample.processes.answer = [&](const Command&) {
    REQUIRE(announce_config("/run", other_key, sample.files));
    return ProcessOutput{{}, "a mixture", ""};
  };
  REQUIRE(compile_config(parts, "/run", key, sample.world));
  CHECK_FALSE(sample.files.exists(compiled_config("/run", key)));
}

TEST_CASE("when workerd fails nothing is left") {
  CompiledConfigs sample;
  sample.processes.answer = [](const Command&) {
    return ProcessOutput{{Exit::Kind::exited, 1}, "half", "broken"};
  };
  CHECK_FALSE(compile_config(parts, "/run", key, sample.world));
  CHECK_FALSE(sample.files.exists(compiled_config("/run", key)));
}
