// What the TOML and the JSON reader promise for any bytes.
#pragma once

#include "expect.hpp"

#include <config/readers.hpp>
#include <config/source_text.hpp>

#include <algorithm>
#include <cstdint>
#include <string>

namespace pyw::fuzz {

inline void expect_places_inside(const config::Value& value, std::size_t lines) {
  expect(value.place.line >= 1 && value.place.line <= lines && value.place.column >= 1,
         "a value stands inside the file");
  for (const auto& item : value.items()) {
    expect_places_inside(item, lines);
  }
  for (const auto& entry : value.entries()) {
    expect(entry.key_place.line >= 1 && entry.key_place.line <= lines, "a key stands inside the file");
    expect_places_inside(entry.value, lines);
  }
}

template <typename Reader>
void check_reader(const std::string& bytes, const char* name, Reader read) {
  config::Findings findings;
  const auto text = config::without_byte_order_mark(bytes);
  const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1;
  const auto file = findings.add_source({name, text});
  const auto root = read(file, findings);
  expect(root.has_value() != findings.has_errors(), "a tree, or errors that say why not");
  if (root) {
    expect(root->is(config::Value::Kind::table), "the root is a table");
    expect_places_inside(*root, lines);
    (void)config::to_json_text(*root);
  }
  for (const auto& diagnostic : findings.take()) {
    expect(!diagnostic.message.empty(), "an error has a text");
    expect(diagnostic.location.line >= 1 && diagnostic.location.line <= lines,
           "an error stands inside the file");
    expect(render(diagnostic).find('\x1b') == std::string::npos, "no control character reaches the terminal");
  }
}

} // namespace pyw::fuzz
