// multipart/form-data (RFC 7578), as the clients of the deploy API send it.
#pragma once

#include <base/result.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace pyw::edge {

struct FormPart {
  std::string name;
  std::string filename; ///< empty: it has none
  std::string type;     ///< of the content, without parameters, in lower case; empty: it has none
  std::string_view content;
};

/// The parts in their order; views into `body`. A name that comes twice keeps its first place and has its
/// later content. Fails, saying why, when the form is not whole.
[[nodiscard]] Result<std::vector<FormPart>> parse_form(std::string_view content_type, std::string_view body);

} // namespace pyw::edge
