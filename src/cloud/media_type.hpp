// The media type of a file by its extension, as the platform's client finds it (the tables of the npm package
// `mime`).
#pragma once

#include <string>
#include <string_view>

namespace pyw::cloud {

/// "text/html; charset=utf-8", "image/png"; "application/null" when the extension is unknown, which tells the
/// platform to serve the file without a type.
[[nodiscard]] std::string asset_media_type(std::string_view path);

} // namespace pyw::cloud
