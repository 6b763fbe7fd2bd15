// A file carried inside the program (cmake/embed.cmake makes the tables).
#pragma once

#include <string_view>

namespace pyw {

struct EmbeddedFile {
  std::string_view path;
  std::string_view content;
};

} // namespace pyw
