#include <devserver/editor_files.hpp>
#include <support/catch.hpp>

#include <string>

using pyw::devserver::is_editor_file;

TEST_CASE("what editors leave beside a file is no change; the file is") {
  const auto* const left = GENERATE(".entry.py.swp",
                                    ".entry.py.swo",
                                    "4913",
                                    "entry.py~",
                                    ".#entry.py",
                                    "#entry.py#",
                                    ".entry.py.kate-swp",
                                    "entry.py___jb_tmp___",
                                    "entry.py___jb_old___",
                                    ".goutputstream-X1Y2Z3");
  CHECK(is_editor_file(left));
  const auto* const real =
      GENERATE("entry.py", ".env", ".dev.vars", "swap.py", "a.swp.py", "4914", "#1.txt", "wrangler.toml");
  CHECK_FALSE(is_editor_file(real));
}
