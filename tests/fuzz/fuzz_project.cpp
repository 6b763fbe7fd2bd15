// Everything behind the readers: any tree is validated, resolved, decoded and checked without a crash, and
// the result is a project or errors.
#include "expect.hpp"

#include <base/memory_filesystem.hpp>
#include <config/load.hpp>
#include <config/report.hpp>

#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pyw;
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  for (const auto* name : {"/p/wrangler.toml", "/p/wrangler.jsonc", "/p/pyproject.toml"}) {
    MemoryFileSystem files;
    (void)files.write(name, bytes);
    (void)files.write("/p/src/entry.py", "");
    (void)files.write("/p/.dev.vars", bytes);
    for (const auto* environment : {"", "staging"}) {
      const auto result = config::load_project(files,
                                               Environment(),
                                               {.start_directory = "/p",
                                                .environment = environment,
                                                .purpose = config::Purpose::deploy,
                                                .secrets = config::SecretFiles::load,
                                                .today = "2026-11-21"});
      if (result) {
        fuzz::expect(!result->project.name.value.empty(), "a project has a name");
        (void)config::to_json_text(report_of(result->project));
      } else {
        fuzz::expect(!result.error().diagnostics.empty(), "a failure says why");
        fuzz::expect(result.error().diagnostics.front().severity == Severity::error, "errors come first");
      }
    }
  }
  return 0;
}
