// The keys of the object types that people write in a Worker's own TypeScript.
#pragma once

#include <typegen/javascript_types.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pyw::typegen {

struct ObjectKey {
  std::string name;
  std::string type; ///< as TypeScript writes it
  bool optional = false;
};

/// The keys of an object that is data, those of what it extends or is crossed with among them. nullopt for
/// what has methods, may have any key (an index signature), or is not understood.
[[nodiscard]] std::optional<std::vector<ObjectKey>> object_keys(std::string_view text,
                                                                const DeclaredTypes& types);

/// `<T = Other>{ items: T[] }` with `string` for T.
struct Instance {
  std::map<std::string_view, std::string_view> values; ///< of its parameters; `unknown` where there is none
  std::string_view body;
};

/// nullopt for what is not generic.
[[nodiscard]] std::optional<Instance> instance_of(std::string_view declared, std::string_view arguments);

/// The text with those values, each in brackets, in the places of its names.
[[nodiscard]] std::string with_values(std::string_view text,
                                      const std::map<std::string_view, std::string_view>& values);

} // namespace pyw::typegen
