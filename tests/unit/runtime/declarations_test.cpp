#include "fake_world.hpp"

#include <runtime/declarations.hpp>
#include <support/catch.hpp>

using namespace pyw;
using namespace pyw::runtime;

namespace {

struct Asked : test::FakeWorld {
  DeclarationsRequest request{"/parts/workerd", "/parts/types", "2026-01-15", {"python_workers"}, "/scratch"};

  /// What a workerd that leaves this file leads to.
  Result<std::string> with(const char* name, const char* text, int code = 0) {
    processes.answer = [=, this](const Command&) {
      REQUIRE(files.is_file("/scratch/config.capnp"));
      if (*name != '\0') {
        REQUIRE(files.write(Path("/scratch/output") / name, text));
      }
      ProcessOutput output;
      output.exit.value = code;
      output.standard_error = "its words\n";
      return output;
    };
    auto result = generate_declarations(request, world);
    CHECK_FALSE(files.exists("/scratch"));
    return result;
  }
};

} // namespace

TEST_CASE("workerd is asked for date and flags, but not for those of Node") {
  Asked asked;
  CHECK(declarations_path(asked.request) == "/2026-01-15+python_workers");
  asked.request.flags = {"nodejs_compat", "global_navigator", "nodejs_compat_v2"};
  CHECK(declarations_path(asked.request) == "/2026-01-15+global_navigator");
}

TEST_CASE("the declarations, or why there are none") {
  Asked asked;
  CHECK(asked.with("declarations", "declare const x: 1;").value() == "declare const x: 1;");
  CHECK(asked.processes.commands.front().time_limit);
  const auto refused = asked.with("problem", "Error: No such flag\n  at x");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message() ==
        "workerd has no declarations for 2026-01-15+python_workers: Error: No such flag");
  CHECK_FALSE(asked.with("declarations", ""));
  CHECK_FALSE(asked.with("declarations", "declare const x: 1;", 1));
  const auto nothing = asked.with("", "", 1);
  REQUIRE_FALSE(nothing);
  CHECK(nothing.error().message() == "workerd did not give its declarations: exit code 1\nits words");
}
