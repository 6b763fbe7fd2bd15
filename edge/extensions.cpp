#include <edge/operations.hpp>

#include <nlohmann/json.hpp>

namespace pyw::edge {

namespace {

constexpr std::size_t most_digests = 20'000;

Outcome progress(const std::string& digest, std::uint64_t received, bool complete) {
  return Json{{"digest", digest}, {"received", received}, {"complete", complete}};
}

} // namespace

Outcome show_capabilities(Api&, const Call&) {
  return Json{
      {"snapshots", {{"format", "PYWSNAP5"}, {"compression", "zstd"}, {"max_bytes", largest_snapshot}}},
      {"modules", {{"digest", "sha256"}}}};
}

Outcome show_snapshot(Api& api, const Call& call) {
  auto& parts = api.parts();
  const auto& digest = call.at("digest");
  if (!is_digest(digest)) {
    return Problem{400, 10001, "that is no SHA-256"};
  }
  PYW_STORED(const auto own, parts.records.has_module(call.account.id, digest));
  PYW_STORED(const auto kept, own ? parts.blobs.keep(digest) : Result<bool>(false));
  if (kept) {
    PYW_STORED(const auto content, parts.blobs.read(digest));
    return progress(digest, content.size(), true);
  }
  PYW_STORED(const auto received, parts.snapshots.received(call.account.id, digest));
  return received ? progress(digest, *received, false) : Problem{404, 10007, "nothing of it is here"};
}

Outcome put_snapshot(Api& api, const Call& call) {
  auto& parts = api.parts();
  const auto& digest = call.at("digest");
  const auto& piece = call.request.body;
  const auto range = parse_content_range(call.request.content_range);
  if (!is_digest(digest) || !range || range->total > largest_snapshot ||
      range->last - range->first + 1 != piece.size()) {
    return Problem{400, 10001, "the piece, its range and its digest do not fit each other"};
  }
  PYW_STORED(const auto taken, parts.snapshots.take(call.account.id, digest, *range, piece));
  switch (taken) {
  case SnapshotUploads::Taken::out_of_place:
    return Problem{409, 10001, "the piece does not begin where the last one ended"};
  case SnapshotUploads::Taken::wrong:
    return Problem{422, 10001, "what has arrived is not that snapshot"};
  case SnapshotUploads::Taken::piece:
    return progress(digest, range->last + 1, false);
  case SnapshotUploads::Taken::whole:
    break;
  }
  PYW_STORED_VOID(parts.records.add_modules(call.account.id, {digest}));
  return progress(digest, range->total, true);
}

Outcome known_modules(Api& api, const Call& call) {
  auto& parts = api.parts();
  const auto asked = array_at(call.json(), "digests");
  if (asked.size() > most_digests) {
    return Problem{400, 10001, "too many digests at once"};
  }
  auto known = Json::array();
  for (const auto& item : asked) {
    const auto digest = item.is_string() ? item.get<std::string>() : "";
    if (!is_digest(digest)) {
      return Problem{400, 10001, "one of the digests is no SHA-256"};
    }
    PYW_STORED(const auto own, parts.records.has_module(call.account.id, digest));
    // A damaged one is not known: it comes again, and replaces what is there.
    PYW_STORED(const auto kept, own ? parts.blobs.keep(digest) : Result<bool>(false));
    if (kept && parts.blobs.check(digest)) {
      known.push_back(digest);
    }
  }
  return Json{{"known", known}};
}

} // namespace pyw::edge
