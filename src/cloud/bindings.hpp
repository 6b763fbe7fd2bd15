// A Worker's bindings, from the configuration's sections to the upload's metadata.
#pragma once

#include <cloud/json.hpp>
#include <config/project.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pyw::cloud {

/// One binding: what the configuration says of it, under the kind's name of the deploy API.
struct Binding {
  std::string name;
  std::string type;             ///< "plain_text", "kv_namespace", "unsafe_…"; "inherit" for required secrets
  std::shared_ptr<Json> fields; ///< the configured entry without its name; never null
  bool hidden = false;          ///< its value came from the command line or a secrets file: not shown
  bool inherited = false;       ///< the live version's resource is kept

  /// A field's text; empty when it is absent or no text.
  [[nodiscard]] std::string text(std::string_view field) const;
  void set(std::string_view field, const Json& value);
};

/// In configuration order of the platform's client; a name that comes again replaces the earlier binding in
/// its place.
class BindingList {
public:
  void set(Binding binding);
  [[nodiscard]] bool contains(std::string_view name) const;

  [[nodiscard]] std::vector<Binding>& items() { return m_items; }

  [[nodiscard]] const std::vector<Binding>& items() const { return m_items; }

private:
  std::vector<Binding> m_items;
};

/// The bindings of a project, and `variables` (name, text) of the command line on top.
[[nodiscard]] BindingList bindings_of(const config::Project& project,
                                      const std::vector<std::pair<std::string, std::string>>& variables);

/// The `bindings` of the metadata: sorted by kind in the API's order (facts/deploy.md 3), configuration order
/// inside.
[[nodiscard]] Json metadata_bindings(const BindingList& bindings);

/// What a binding leads to, for people: "KV Namespace", and its resource ("inventory (eu)"); the value of a
/// hidden variable is not shown.
struct BindingDescription {
  std::string kind;
  std::string resource;
};

[[nodiscard]] BindingDescription describe(const Binding& binding);

} // namespace pyw::cloud
