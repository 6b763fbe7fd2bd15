// A small snapshot as the guest would write it, for tests to break.
#pragma once

#include <nlohmann/json.hpp>

#include <string>

namespace pyw::test {

inline nlohmann::json sample_description() {
  return nlohmann::json::parse(R"json({
    "layer": "dedicated", "python": "3.14", "heap": 131072, "tableLength": 100, "countArgs": 0,
    "libraries": [{"path": "/session/metadata/python_modules/a.so", "memoryBase": 4096, "memorySize": 100, "tableBase": 10,
                   "tableSize": 5, "named": [11], "global": true, "refcount": null, "handles": [8200], "scope": [0]}],
    "slots": [[20, 0, "PyInit_a"], [21, -1, "malloc"]], "freeSlots": [22], "got": [["x", 5], ["y", -1]],
    "hiwire": {"hiwireKeys": [null, {"path": ["fetch"]}, {"serialized": {"root": "host", "path": ["env"]}}, {"API": true}],
               "immortalKeys": ["a"]},
    "files": [["/tmp/a", "YQ=="]], "entropy": ["os.urandom()"], "fresh": [[0, 1], [5, 1]],
    "runs": [[1, 1], [5, 2]]})json");
}

/// Unsealed: key and digest are zero. The pages hold `filling`.
inline std::string
sample_snapshot(const nlohmann::json& description, std::size_t pages = 3, char filling = 'p') {
  auto text = description.dump();
  text += std::string((4096 - (64 + text.size()) % 4096) % 4096, ' ');
  std::string bytes = "PYWSNAP5";
  for (const auto number : {text.size(), pages}) {
    for (unsigned shift = 0; shift < 32; shift += 8) {
      bytes += static_cast<char>((number >> shift) & 0xff);
    }
  }
  bytes.resize(64, '\0');
  return bytes + text + std::string(pages * 4096, filling);
}

inline const std::string sample_key(64, 'a');

} // namespace pyw::test
