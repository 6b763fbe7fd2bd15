// In which order to write definitions. A checker that meets a name whose class it has not read yet goes
// through the whole module again: mypy did so up to five times.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace pyw::typegen {

/// A name as some text mentions it.
struct Mention {
  std::string_view module; ///< of `_raw.Name`; empty of a name of the text's own module
  std::string_view name;

  bool operator==(const Mention&) const = default;
};

/// A class, with the helpers that its text begins with.
struct Definition {
  std::string_view module; ///< "_raw"
  std::string_view name;
  std::string_view text;
  const std::vector<Mention>* needs = nullptr; ///< names_needed_at_once(text), where they are known already
};

/// A class that a member of the same name hides inside of its own class has a second name, with this before
/// it.
inline constexpr std::string_view second_name = "_class_";

/// The names that a checker must know to read the text: bases, defaults of parameters, attributes. Not those
/// in the signatures of functions, which are read when all else is known.
[[nodiscard]] std::vector<Mention> names_needed_at_once(std::string_view text);

/// The indices of the definitions, each behind what it needs at once, and otherwise as they are.
[[nodiscard]] std::vector<std::size_t> reading_order(const std::vector<Definition>& definitions);

/// The texts of the modules, in that order, with the second names that they use.
[[nodiscard]] std::map<std::string_view, std::string>
write_in_order(const std::vector<Definition>& definitions);

} // namespace pyw::typegen
