// The guest's modules in JavaScript, as workerd's configuration names them: what every isolate with Python
// has.
#pragma once

#include <base/filesystem.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace pyw::runtime {

struct GuestModule {
  std::string name;      ///< below the guest's own folder in the Worker
  std::string_view kind; ///< workerd's word for it: "esModule", "text"
  Path file;
};

/// A file of the guest's own.
[[nodiscard]] GuestModule guest_module(const Path& guest, std::string_view name);

/// What starts Python, afresh or from a snapshot: our files (below `guest`) and Pyodide's JavaScript (below
/// `pyodide`), the larger file as a text (guest/emscripten.js).
[[nodiscard]] std::vector<GuestModule> python_modules(const Path& guest, const Path& pyodide);

} // namespace pyw::runtime
