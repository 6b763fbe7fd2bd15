// A small part with a manifest row of its own, for tests of the cache.
#pragma once

#include "tar_builder.hpp"

#include <base/hash.hpp>
#include <toolchain/manifest.hpp>
#include <toolchain/tree_record.hpp>

#include <array>
#include <string>

namespace pyw::test {

class FakePart {
public:
  explicit FakePart(std::string name = "tool") : m_name(std::move(name)) {
    archive = TarBuilder()
                  .add("package/bin/tool", "#!/bin/sh\n")
                  .add("package/old.js", "var made;")
                  .add("package/README", "not wanted")
                  .add("other/lib.js", "not below")
                  .bytes();
    Hasher hasher(HashKind::sha512);
    hasher.update(archive);
    m_digest = "sha512-" + to_base64(hasher.finish());
    const std::string script = "var made;\nexport default made;\n";
    m_tree = sha256_hex(toolchain::to_text({{"bin/tool", 10, true, sha256_hex("#!/bin/sh\n")},
                                            {"new.mjs", script.size(), false, sha256_hex(script)}}));
    pin = {toolchain::Part::workers_types,
           m_name,
           "1.0",
           "any",
           toolchain::Origin::npm,
           m_name,
           m_digest,
           archive.size(),
           {"package/", globs},
           "bin/tool",
           toolchain::Rewritten{"old.js", "new.mjs", "\nexport default made;\n"},
           m_tree};
  }

  FakePart(const FakePart&) = delete;
  FakePart& operator=(const FakePart&) = delete;

  std::string archive;
  toolchain::Pin pin{};

private:
  static constexpr std::array<std::string_view, 2> globs{"bin/*", "*.js"};
  std::string m_name;
  std::string m_digest;
  std::string m_tree;
};

} // namespace pyw::test
