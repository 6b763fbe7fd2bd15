#include <base/hash.hpp>
#include <base/memory_filesystem.hpp>
#include <base/memory_reporter.hpp>
#include <support/catch.hpp>

#include <image/registry.hpp>

#include <deque>

using namespace pyw;
using namespace pyw::image;

namespace {

/// Answers in order, and remembers what it was asked.
class Scripted final : public HttpClient {
public:
  std::deque<Result<HttpResponse>> answers;
  std::vector<HttpRequest> asked;

  Result<HttpResponse> send(const HttpRequest& request, const TransferProgress&) override {
    asked.push_back(request);
    if (answers.empty()) {
      return failure(internal_error("nothing more was expected: " + request.method + " " + request.url));
    }
    auto answer = std::move(answers.front());
    answers.pop_front();
    return answer;
  }

  Result<void> download(std::vector<Download>) override { return {}; }
};

std::string header(const HttpRequest& request, std::string_view name) {
  for (const auto& [key, value] : request.headers) {
    if (key == name) {
      return value;
    }
  }
  return "";
}

Blob blob(std::string content) {
  return {"type", "sha256:" + sha256_hex(content), std::move(content)};
}

} // namespace

TEST_CASE("where an image goes") {
  const auto full = parse_reference("127.0.0.1:5000/team/shop:v1.2");
  REQUIRE(full);
  CHECK(full->registry == "127.0.0.1:5000");
  CHECK(full->name == "team/shop");
  CHECK(full->tag == "v1.2");
  CHECK(parse_reference("localhost/shop")->tag == "latest");
  for (const auto* wrong :
       {"", "shop", "shop:1", "team/shop", "a.b/", "a.b/Shop", "a.b/x:", "a.b/x:y/z", "u@a.b/x"}) {
    INFO(wrong);
    CHECK_FALSE(parse_reference(wrong));
  }
}

TEST_CASE("what a registry asks for") {
  const auto bearer =
      parse_challenge(R"(Bearer realm="https://a.b/token?x=1,2",service="the, service",scope=s)");
  CHECK(bearer.scheme == "bearer");
  CHECK(bearer.parameters.at("realm") == "https://a.b/token?x=1,2");
  CHECK(bearer.parameters.at("service") == "the, service");
  CHECK(bearer.parameters.at("scope") == "s");
  CHECK(parse_challenge("Basic realm=\"x\"").scheme == "basic");
  CHECK(parse_challenge("").scheme.empty());
  CHECK(parse_challenge("Bearer realm=\"unclosed").parameters.at("realm") == "unclosed");
}

TEST_CASE("credentials: the environment, then the file of docker") {
  MemoryFileSystem files;
  const Environment home(std::map<std::string, std::string>{{"HOME", "/home/me"}});
  CHECK_FALSE(find_credentials("a.b", home, files)->has_value());
  REQUIRE(files.write("/home/me/.docker/config.json",
                      R"({"auths": {"a.b": {"auth": ")" + to_base64("me:pass:word") + R"("}, "c.d": 7}})"));
  const auto found = *find_credentials("a.b", home, files);
  REQUIRE(found);
  CHECK(found->user == "me");
  CHECK(found->password.reveal() == "pass:word");
  CHECK_FALSE(find_credentials("c.d", home, files)->has_value());
  const Environment given(
      std::map<std::string, std::string>{{"PYW_REGISTRY_USER", "you"}, {"PYW_REGISTRY_PASSWORD", "p"}});
  CHECK((*find_credentials("a.b", given, files))->user == "you");
  REQUIRE(files.write("/home/me/.docker/config.json", "{"));
  CHECK_FALSE(find_credentials("a.b", home, files));
  CHECK(from_base64("aGk=") == "hi");
  CHECK_FALSE(from_base64("?"));
}

TEST_CASE("a registry that wants a token gets one for this name, and known blobs are not sent") {
  Scripted http;
  MemoryReporter reporter;
  Image image{{blob("layer")}, blob("config"), blob("manifest")};
  http.answers = {
      HttpResponse{401, {{"WWW-Authenticate", R"(Bearer realm="https://auth.b/t",service="s")"}}, ""},
      HttpResponse{200, {}, R"({"token": "ticket"})"},
      HttpResponse{200, {}, ""}, // the layer is there
      HttpResponse{404, {}, ""}, // the configuration is not
      HttpResponse{202, {{"Location", "/v2/shop/blobs/uploads/7?state=x"}}, ""},
      HttpResponse{201, {}, ""},
      HttpResponse{201, {}, ""}};
  Registry registry({"a.b", "shop", "1"}, Credentials{"me", Secret("word"), Secret()}, http, reporter);
  const auto pushed = registry.push(image);
  REQUIRE(pushed);
  CHECK(pushed->known_blobs == 1);
  CHECK(pushed->sent_blobs == 1);
  CHECK(http.asked[1].url == "https://auth.b/t?service=s&scope=repository%3Ashop%3Apull%2Cpush");
  CHECK(header(http.asked[1], "Authorization") == "Basic " + to_base64("me:word"));
  CHECK(http.asked[5].url ==
        "https://a.b/v2/shop/blobs/uploads/7?state=x&digest=sha256%3A" + sha256_hex("config"));
  CHECK(http.asked[6].url == "https://a.b/v2/shop/manifests/1");
  for (std::size_t i = 2; i < http.asked.size(); ++i) {
    CHECK(http.asked[i].bearer_token->reveal() == "ticket");
    CHECK(header(http.asked[i], "Authorization").empty()); // the password goes to the realm alone
  }
}

TEST_CASE("a password is not given to a realm that is not https, nor an upload to another host") {
  Scripted http;
  MemoryReporter reporter;
  const Image image{{}, blob("config"), blob("manifest")};
  http.answers = {HttpResponse{401, {{"WWW-Authenticate", R"(Bearer realm="http://evil.b/t")"}}, ""}};
  CHECK_FALSE(Registry({"a.b", "shop", "1"}, Credentials{"me", Secret("word"), Secret()}, http, reporter)
                  .push(image));
  CHECK(http.asked.size() == 1);
  http.answers = {HttpResponse{404, {}, ""}, HttpResponse{202, {{"Location", "https://a.b.evil/x"}}, ""}};
  CHECK_FALSE(Registry({"a.b", "shop", "1"}, std::nullopt, http, reporter).push(image));
  CHECK(http.answers.empty());
}

TEST_CASE("a large layer goes in pieces, and goes on where a cut connection left it") {
  Scripted http;
  MemoryReporter reporter;
  const std::size_t piece = std::size_t{16} << 20U;
  const Image image{{blob(std::string(piece + 5, 'x'))}, blob("config"), blob("manifest")};
  const auto at = [](const char* place) { return HttpHeaders{{"Location", place}}; };
  http.answers = {HttpResponse{404, {}, ""},
                  HttpResponse{202, at("/up/1"), ""},
                  failure(user_error("cut")),
                  HttpResponse{204, {{"Location", "/up/2"}, {"Range", "0-999"}}, ""},
                  HttpResponse{202, at("/up/3"), ""},
                  HttpResponse{201, {}, ""},
                  HttpResponse{200, {}, ""},
                  HttpResponse{201, {}, ""}};
  const auto pushed = Registry({"127.0.0.1:5", "shop", "1"}, std::nullopt, http, reporter).push(image);
  REQUIRE(pushed);
  CHECK(header(http.asked[2], "Content-Range") == "0-" + std::to_string(piece - 1));
  CHECK(http.asked[4].url == "http://127.0.0.1:5/up/2");
  CHECK(header(http.asked[4], "Content-Range") == "1000-" + std::to_string(piece + 4));
  CHECK(http.asked[4].body.size() == piece + 5 - 1000);
  CHECK(http.asked[5].method == "PUT");
  CHECK(http.asked[5].url.starts_with("http://127.0.0.1:5/up/3?digest=sha256"));
}

TEST_CASE("what the registry says of a refusal is told") {
  Scripted http;
  MemoryReporter reporter;
  const Image image{{}, blob("config"), blob("manifest")};
  http.answers = {HttpResponse{404, {}, ""},
                  HttpResponse{403, {}, R"({"errors": [{"code": "DENIED", "message": "not for you"}]})"}};
  const auto pushed = Registry({"127.0.0.1:5", "shop", "1"}, std::nullopt, http, reporter).push(image);
  REQUIRE_FALSE(pushed);
  CHECK(pushed.error().message() == "the registry refused an upload: 403: not for you");
}
