// What a fuzz target demands beyond not crashing. Not assert(): release builds check too.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace pyw::fuzz {

inline void expect(bool condition, const char* what) {
  if (!condition) {
    std::fprintf(stderr, "broken promise: %s\n", what);
    std::abort();
  }
}

} // namespace pyw::fuzz
