// Which names a Worker's entry module may export as classes, found in its text.
//
// workerd wants the exports of a Worker to be written in its main module; only names have to be known for
// that, what each one is turns out when Python has run (guest/entrypoint.js). So this may name too much,
// never too little where the text tells: a name bound in a way that no text shows (`from x import *`,
// globals()) is added from the configuration, or by the guest's report of what it found.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pyw::runtime {

/// Names of top-level `class` statements and of top-level `from … import …` (also inside `if`, `try` and
/// `with`), in order of appearance, without repetitions, without names that begin with an underscore.
[[nodiscard]] std::vector<std::string> exportable_names(std::string_view python_source);

/// What follows `on_` in the names of top-level functions and imported names: the handlers of 2024
/// (`on_fetch`).
[[nodiscard]] std::vector<std::string> module_handlers(std::string_view python_source);

/// The dotted names of modules that top-level imports may mean: `import a.b` is a.b, `from a import b` is a
/// and a.b. Relative imports are the Worker's own and left out.
[[nodiscard]] std::vector<std::string> imported_modules(std::string_view python_source);

} // namespace pyw::runtime
