#include <support/catch.hpp>
#include <toolchain/sources.hpp>

using namespace pyw::toolchain;

namespace {

constexpr auto page = "http://127.0.0.1:81/simple/uv/";
constexpr auto wheel = "uv-1.0-py3-none-any.whl";

} // namespace

TEST_CASE("a wheel is found on a JSON page") {
  const auto* json = R"({"meta": {"api-version": "1.1"}, "files": [
    {"filename": "uv-1.0.tar.gz", "url": "http://127.0.0.1/uv-1.0.tar.gz", "hashes": {}},
    {"filename": "uv-1.0-py3-none-any.whl", "url": "../../files/uv-1.0-py3-none-any.whl", "hashes": {}}]})";
  CHECK(find_wheel_link(json, page, wheel) == "http://127.0.0.1:81/files/uv-1.0-py3-none-any.whl");
  CHECK_FALSE(find_wheel_link(json, page, "uv-2.0-py3-none-any.whl"));
}

TEST_CASE("a wheel is found on an HTML page") {
  const auto* html = R"(<!DOCTYPE html><html><body>
    <a href="old-uv-1.0-py3-none-any.whl#sha256=00">old</a>
    <a data-requires-python="&gt;=3.8" href='http://127.0.0.1/x/uv-1.0-py3-none-any.whl?a=1&amp;b=2#sha256=11'>uv</a>)";
  CHECK(find_wheel_link(html, page, wheel) == "http://127.0.0.1/x/uv-1.0-py3-none-any.whl?a=1&b=2");
  CHECK_FALSE(find_wheel_link(html, page, "uv-2.0-py3-none-any.whl"));
}

TEST_CASE("pages that are something else have no wheel") {
  for (const auto* text : {"",
                           "null",
                           "[]",
                           R"({"files": 1})",
                           R"({"files": [1, {"filename": "uv-1.0-py3-none-any.whl"}]})",
                           "<a href=",
                           "<a href=\"",
                           "<a href=\"uv-1.0-py3-none-any.whl"}) {
    CHECK_FALSE(find_wheel_link(text, page, wheel));
  }
}
