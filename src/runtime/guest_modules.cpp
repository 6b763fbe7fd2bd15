#include <runtime/guest_modules.hpp>

namespace pyw::runtime {

GuestModule guest_module(const Path& guest, std::string_view name) {
  return {std::string(name), "esModule", guest / name};
}

std::vector<GuestModule> python_modules(const Path& guest, const Path& pyodide) {
  std::vector<GuestModule> modules;
  for (const std::string_view name : {"emscripten.js",
                                      "event_loop.js",
                                      "files.js",
                                      "host.js",
                                      "inflate.js",
                                      "lazy_symbols.js",
                                      "loader.js",
                                      "rehearsal.js",
                                      "report.js",
                                      "shims.js",
                                      "snapshot.js",
                                      "snapshot_libraries.js",
                                      "start.js"}) {
    modules.push_back(guest_module(guest, name));
  }
  modules.push_back({"pyodide.mjs", "esModule", pyodide / "pyodide.mjs"});
  modules.push_back({"pyodide.asm.mjs", "text", pyodide / "pyodide.asm.mjs"});
  return modules;
}

} // namespace pyw::runtime
