#include <runtime/capnp_text.hpp>

#include <fmt/core.h>

namespace pyw::runtime {

std::string capnp_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    switch (c) {
    case '"':
      out += "\\\"";
      break;
    case '\\':
      out += "\\\\";
      break;
    case '\n':
      out += "\\n";
      break;
    default:
      if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
        out += fmt::format("\\x{:02x}", static_cast<unsigned>(static_cast<unsigned char>(c)));
      } else {
        out += c;
      }
    }
  }
  return out + '"';
}

std::string capnp_embed(std::string_view absolute_path) {
  return "embed " + capnp_string(absolute_path);
}

std::string capnp_struct(const std::vector<CapnpField>& fields) {
  std::string out;
  for (const auto& [name, value] : fields) {
    if (!value.empty()) {
      out += fmt::format("{}{} = {}", out.empty() ? "" : ", ", name, value);
    }
  }
  return "(" + out + ")";
}

std::string capnp_list(const std::vector<std::string>& elements, std::size_t indent) {
  if (elements.empty()) {
    return "[]";
  }
  std::string out = "[\n";
  for (const auto& element : elements) {
    out += fmt::format("{:{}}{},\n", "", indent, element);
  }
  return out + fmt::format("{:{}}]", "", indent < 2 ? 0 : indent - 2);
}

} // namespace pyw::runtime
