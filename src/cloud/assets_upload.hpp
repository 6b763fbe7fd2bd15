// Sends assets to the platform: a session, the buckets it asks for, the token that a deployment then carries.
#pragma once

#include <cloud/api.hpp>
#include <cloud/assets.hpp>
#include <cloud/remote_state.hpp>

#include <string>

namespace pyw::cloud {

struct AssetUploadResult {
  std::string jwt;          ///< the completion token
  std::size_t uploaded = 0; ///< files
  std::size_t known = 0;    ///< files that the platform had already
};

/// Only what the platform asks for is sent. A bucket that fails is tried again up to five times with growing
/// waits; gateway errors wait longer and do not count at first; Retry-After is honoured. Fails when the
/// platform gives no token, or when the session ran out (what was uploaded is kept, the next run goes on from
/// there).
[[nodiscard]] Result<AssetUploadResult>
upload_assets(Api& api, const std::string& account, const Worker& worker, const AssetManifest& manifest);

/// The payload of a JSON Web Token, read without checking its signature; null when it is none.
[[nodiscard]] Json jwt_payload(std::string_view jwt);

} // namespace pyw::cloud
