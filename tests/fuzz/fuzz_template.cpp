// Files of a template from anywhere: its name is written in, whatever they hold, and only once.
#include "expect.hpp"

#include <base/memory_filesystem.hpp>
#include <templates/project_name.hpp>
#include <templates/template_source.hpp>

#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pyw::templates;
  using pyw::fuzz::expect;
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  constexpr std::string_view name = "fresh-name";
  if (const auto text = with_pyproject_name(bytes, name)) {
    expect(pyproject_text(*text, "name") == name, "the name is there");
    expect(with_pyproject_name(*text, name) == text, "writing it twice changes nothing");
  }
  if (const auto text = with_wrangler_json_name(bytes, name)) {
    expect(with_wrangler_json_name(*text, name) == text, "writing it twice changes nothing");
  }
  const auto toml = with_wrangler_toml_name(bytes, name);
  expect(with_wrangler_toml_name(toml, name) == toml, "writing it twice changes nothing");
  expect(is_valid_name(valid_name_from(bytes)), "every text becomes a valid name");
  const pyw::MemoryFileSystem files;
  static_cast<void>(parse_source(files, bytes, "/here", "/home"));
  static_cast<void>(check_tree({{{bytes, FileKind::symlink, bytes}}}));
  return 0;
}
