#include <base/text.hpp>
#include <edge/multipart.hpp>

#include <algorithm>
#include <optional>

namespace pyw::edge {

namespace {

/// A Worker with all of FastAPI has 550.
constexpr std::size_t most_parts = 20'000;
constexpr std::size_t most_part_head_bytes = 16 * 1024;

Error malformed(std::string why) {
  return user_error("the multipart body is malformed: " + std::move(why));
}

/// The value of `key="…"` or key=… among a header's parameters.
std::optional<std::string_view> parameter(std::string_view header, std::string_view key) {
  for (std::size_t at = header.find(';'); at != std::string_view::npos;) {
    auto rest = header.substr(at + 1);
    rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
    const auto equals = rest.find('=');
    if (equals == std::string_view::npos) {
      return std::nullopt;
    }
    const auto name = trim(rest.substr(0, equals));
    auto value = rest.substr(equals + 1);
    std::size_t end = 0;
    if (value.starts_with('"')) {
      end = value.find('"', 1);
      if (end == std::string_view::npos) {
        return std::nullopt;
      }
      if (to_lower(name) == key) {
        return value.substr(1, end - 1);
      }
    } else {
      end = std::min(value.find(';'), value.size());
      if (to_lower(name) == key) {
        return trim(value.substr(0, end));
      }
    }
    const auto next = value.substr(end).find(';');
    at = next == std::string_view::npos ? std::string_view::npos
                                        : static_cast<std::size_t>(value.data() - header.data()) + end + next;
  }
  return std::nullopt;
}

/// What the form encoding of the HTML standard escapes in names, and nothing else.
std::string unescaped(std::string_view name) {
  auto text = replace_all(std::string(name), "%22", "\"");
  text = replace_all(std::move(text), "%0D", "\r");
  return replace_all(std::move(text), "%0A", "\n");
}

Result<FormPart> parse_part(std::string_view chunk) {
  const auto head_end = chunk.find("\r\n\r\n");
  if (head_end == std::string_view::npos || head_end > most_part_head_bytes) {
    return failure(malformed("a part has no end of its head"));
  }
  FormPart part;
  part.content = chunk.substr(head_end + 4);
  bool named = false;
  for (auto line : split(chunk.substr(0, head_end), '\n')) {
    line = trim(line);
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) {
      continue;
    }
    const auto field = to_lower(line.substr(0, colon));
    const auto value = trim(line.substr(colon + 1));
    if (field == "content-disposition") {
      const auto name = parameter(value, "name");
      named = name.has_value();
      part.name = unescaped(name.value_or(""));
      part.filename = unescaped(parameter(value, "filename").value_or(""));
    } else if (field == "content-type") {
      part.type = to_lower(trim(value.substr(0, value.find(';'))));
    }
  }
  return named ? Result<FormPart>(std::move(part)) : failure(malformed("a part has no name"));
}

} // namespace

Result<std::vector<FormPart>> parse_form(std::string_view content_type, std::string_view body) {
  const auto boundary = parameter(content_type, "boundary");
  if (!to_lower(content_type).starts_with("multipart/form-data") || !boundary || boundary->empty()) {
    return failure(malformed("the content type is not multipart/form-data with a boundary"));
  }
  const auto opening = "--" + std::string(*boundary);
  const auto delimiter = "\r\n" + opening;
  if (!body.starts_with(opening)) {
    return failure(malformed("it does not begin with its boundary"));
  }
  std::vector<FormPart> parts;
  auto rest = body.substr(opening.size());
  while (!rest.starts_with("--")) {
    if (!rest.starts_with("\r\n")) {
      return failure(malformed("a boundary is followed by something else"));
    }
    const auto end = rest.find(delimiter, 2);
    if (end == std::string_view::npos) {
      return failure(malformed("it ends before its last boundary"));
    }
    if (parts.size() == most_parts) {
      return failure(malformed("it has too many parts"));
    }
    PYW_TRY_ASSIGN(auto part, parse_part(rest.substr(2, end - 2)));
    const auto known =
        std::find_if(parts.begin(), parts.end(), [&](const auto& item) { return item.name == part.name; });
    if (known != parts.end()) {
      *known = std::move(part);
    } else {
      parts.push_back(std::move(part));
    }
    rest = rest.substr(end + delimiter.size());
  }
  return parts;
}

} // namespace pyw::edge
