#include "fake_server.hpp"

#include <base/memory_reporter.hpp>
#include <base/unique_fd.hpp>
#include <net/client.hpp>
#include <support/catch.hpp>

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

using namespace pyw;

namespace {

struct Bench {
  test::FakeServer server;
  RealClock clock;
  MemoryReporter reporter;
  Environment environment;
  std::unique_ptr<HttpClient> http;

  explicit Bench(std::map<std::string, std::string> variables = {})
      : environment(std::move(variables)), http(net::make_http_client(environment, clock, reporter)) {}

  [[nodiscard]] HttpRequest request(const std::string& method, const std::string& path) const {
    HttpRequest made;
    made.method = method;
    made.url = server.url(path);
    return made;
  }
};

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// A port that nobody listens on: bound, never listened on, held while the test runs.
class ClosedPort {
public:
  ClosedPort() : m_socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* plain = reinterpret_cast<sockaddr*>(&address); // NOLINT: bind(2) wants it
    if (::bind(m_socket.get(), plain, size) != 0 || ::getsockname(m_socket.get(), plain, &size) != 0) {
      throw std::runtime_error("no port");
    }
    m_port = ntohs(address.sin_port);
  }

  [[nodiscard]] std::string host() const { return fmt::format("127.0.0.1:{}", m_port); }

private:
  UniqueFd m_socket;
  int m_port = 0;
};

/// A body read in pieces, which counts how often it was started again.
HttpBodyStream stream_of(const std::string& content, std::size_t& position, int& rewound) {
  return {content.size(),
          [&content, &position](char* buffer, std::size_t size) -> Result<std::size_t> {
            const auto count = content.copy(buffer, size, position);
            position += count;
            return count;
          },
          [&position, &rewound] {
            position = 0;
            ++rewound;
          }};
}

} // namespace

TEST_CASE("a body goes out with its length, at once") {
  Bench bench;
  const auto* method = GENERATE("POST", "PUT", "PATCH");
  auto request = bench.request(method, "/echo");
  request.body = std::string(3'000'000, 'x'); // beyond where curl would ask for 100 Continue
  request.headers = {{"Content-Type", "application/x-thing"}};
  const auto answer = bench.http->send(request).value();
  CHECK(answer.status == 200);
  CHECK(contains(answer.body, fmt::format(R"("method": "{}")", method)));
  CHECK(contains(answer.body, R"("Content-Length": "3000000")"));
  CHECK(contains(answer.body, R"("Content-Type": "application/x-thing")"));
  CHECK_FALSE(contains(answer.body, "Expect"));
  CHECK_FALSE(contains(answer.body, "Transfer-Encoding"));
}

TEST_CASE("a streamed body goes out with its length too") {
  Bench bench;
  const std::string content(3'000'000, 'x');
  std::size_t position = 0;
  int rewound = 0;
  const auto* method = GENERATE("POST", "PUT");
  auto request = bench.request(method, "/echo");
  request.body_stream = stream_of(content, position, rewound);
  const auto answer = bench.http->send(request).value();
  CHECK(contains(answer.body, fmt::format(R"("method": "{}")", method)));
  CHECK(contains(answer.body, R"("Content-Length": "3000000")"));
  CHECK_FALSE(contains(answer.body, "Expect"));
  CHECK_FALSE(contains(answer.body, "Transfer-Encoding"));
  CHECK(rewound == 0);
}

TEST_CASE("a body stream that fails ends the exchange with its own error") {
  Bench bench;
  auto request = bench.request("PUT", "/echo");
  request.body_stream = HttpBodyStream{100,
                                       [](char*, std::size_t) -> Result<std::size_t> {
                                         return failure(user_error("cannot read `bundle.tar`"));
                                       },
                                       {}};
  const auto answer = bench.http->send(request);
  REQUIRE_FALSE(answer);
  CHECK(answer.error().message() == "cannot read `bundle.tar`");
}

TEST_CASE("an empty body has a length, and no body has none") {
  Bench bench;
  CHECK(contains(bench.http->send(bench.request("PUT", "/echo")).value().body, R"("Content-Length": "0")"));
  CHECK(contains(bench.http->send(bench.request("POST", "/echo")).value().body, R"("Content-Length": "0")"));
  for (const auto* method : {"GET", "DELETE"}) {
    const auto answer = bench.http->send(bench.request(method, "/echo")).value();
    CHECK(contains(answer.body, fmt::format(R"("method": "{}")", method)));
    CHECK_FALSE(contains(answer.body, "Content-Length"));
    CHECK_FALSE(contains(answer.body, "Content-Type"));
  }
  CHECK(bench.http->send(bench.request("HEAD", "/echo")).value().body.empty());
}

TEST_CASE("tokens stay with their host and out of the log") {
  Bench bench;
  test::FakeServer other;
  other.serve("file", "there");
  auto request = bench.request("GET", fmt::format("/redirect={}/file", other.port()));
  SECTION("a bearer token") {
    request.bearer_token = Secret("hush");
  }
  SECTION("a header of the caller's") {
    request.headers = {{"Authorization", "Basic hush"}};
  }
  const auto answer = bench.http->send(request).value();
  CHECK(answer.body == "there");
  REQUIRE(bench.server.requests().size() == 1);
  CHECK(contains(bench.server.requests().front(), "hush"));
  REQUIRE(other.requests().size() == 1);
  CHECK_FALSE(contains(other.requests().front(), "hush"));
  CHECK_FALSE(contains(other.requests().front(), "Authorization"));
  for (const auto& line : bench.reporter.verbose_lines) {
    CHECK_FALSE(contains(line, "hush"));
  }
}

TEST_CASE("a token is sent as a bearer token, also on a connection used before") {
  Bench bench;
  auto request = bench.request("GET", "/echo");
  REQUIRE(bench.http->send(request));
  request.bearer_token = Secret("hush");
  CHECK(contains(bench.http->send(request).value().body, R"("Authorization": "Bearer hush")"));
  request.bearer_token.reset();
  CHECK_FALSE(contains(bench.http->send(request).value().body, "Authorization"));
}

TEST_CASE("user and password come from .netrc when it is named, and a token goes before them") {
  Bench bench;
  const test::TemporaryFolder folder;
  const auto netrc = folder.path() / "netrc";
  REQUIRE(RealFileSystem{}.write(netrc, "machine 127.0.0.1 login user password hush\n"));
  auto request = bench.request("GET", "/echo");
  CHECK_FALSE(contains(bench.http->send(request).value().body, "Authorization"));
  request.connection.netrc = netrc;
  CHECK(contains(bench.http->send(request).value().body, R"("Authorization": "Basic dXNlcjpodXNo")"));
  request.bearer_token = Secret("token");
  CHECK(contains(bench.http->send(request).value().body, R"("Authorization": "Bearer token")"));
}

TEST_CASE("a header cannot bring others along") {
  Bench bench;
  auto request = bench.request("GET", "/echo");
  SECTION("in a value") {
    request.headers = {{"X-Name", "a\r\nX-Other: b"}};
  }
  SECTION("in a token") {
    request.bearer_token = Secret("a\nX-Other: b");
  }
  CHECK_FALSE(bench.http->send(request));
  CHECK(bench.server.requests().empty());
}

TEST_CASE("any status is an answer") {
  Bench bench;
  const auto status = GENERATE(204, 404, 500);
  CHECK(bench.http->send(bench.request("GET", fmt::format("/status={}/x", status))).value().status == status);
}

TEST_CASE("each failure says which it is") {
  SECTION("refused") {
    Bench bench;
    const ClosedPort closed;
    HttpRequest request;
    request.url = "http://" + closed.host() + "/";
    const auto answer = bench.http->send(request);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().message() == fmt::format("`{}` refused the connection", closed.host()));
    CHECK(answer.error().transient);
  }
  SECTION("no such host") {
    Bench bench;
    HttpRequest request;
    request.url = "http://nowhere.invalid/";
    const auto answer = bench.http->send(request);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().message() == "the host `nowhere.invalid` cannot be found");
  }
  SECTION("silence") {
    Bench bench;
    bench.server.serve("file", "content");
    auto request = bench.request("GET", "/stall/file");
    request.idle_timeout_s = 1;
    const auto answer = bench.http->send(request);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().message() ==
          fmt::format("`127.0.0.1:{}` did not answer for 1 s", bench.server.port()));
  }
  SECTION("a proxy that is not there") {
    const ClosedPort closed;
    const std::map<std::string, std::string> variables{{"http_proxy", "http://user:hush@" + closed.host()}};
    Bench bench(variables);
    const auto answer = bench.http->send(bench.request("GET", "/echo"));
    REQUIRE_FALSE(answer);
    CHECK(answer.error().message() == fmt::format("cannot connect to the proxy `{}`", closed.host()));
  }
  SECTION("a proxy that will not") {
    test::FakeServer proxy; // knows no CONNECT: 501
    const std::map<std::string, std::string> variables{{"https_proxy", proxy.url("")}};
    Bench bench(variables);
    HttpRequest request;
    request.url = "https://example.invalid/";
    const auto answer = bench.http->send(request);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().message() ==
          fmt::format("the proxy `127.0.0.1:{}` refused the connection to `example.invalid` with status 501",
                      proxy.port()));
  }
  SECTION("a circle") {
    Bench bench;
    const auto answer = bench.http->send(bench.request("GET", "/redirect=loop/x"));
    REQUIRE_FALSE(answer);
    CHECK(contains(answer.error().message(), "redirects in a circle"));
  }
  SECTION("no web address") {
    Bench bench;
    HttpRequest request;
    request.url = "file:///etc/passwd";
    const auto answer = bench.http->send(request);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().message() == "`file:///etc/passwd` is not an http or https address");
  }
  SECTION("a certificate file that is not there") {
    const std::map<std::string, std::string> variables{{"SSL_CERT_FILE", "/nowhere/ca.pem"}};
    Bench bench(variables);
    auto request = bench.request("GET", "/echo");
    request.url.insert(4, "s");
    const auto answer = bench.http->send(request);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().message() == "cannot read the certificate authorities in `/nowhere/ca.pem`");
    CHECK(answer.error().diagnostics.front().hints ==
          std::vector<std::string>{"check the environment variable SSL_CERT_FILE"});
  }
}

TEST_CASE("certificates are checked against the authorities of the settings") {
  const test::TemporaryFolder folder;
  const auto key = (folder.path() / "key.pem").string();
  const auto certificate = (folder.path() / "certificate.pem").string();
  Command make;
  make.argv = {"openssl",
               "req",
               "-x509",
               "-newkey",
               "rsa:2048",
               "-nodes",
               "-keyout",
               key,
               "-out",
               certificate,
               "-subj",
               "/CN=127.0.0.1",
               "-addext",
               "subjectAltName=IP:127.0.0.1",
               "-days",
               "2"};
  const auto made = RealProcessRunner{}.run(make, {});
  REQUIRE(made);
  REQUIRE(made->exit.success());
  test::FakeServer secure({"--certificate", certificate, "--key", key});
  HttpRequest request;
  request.url = fmt::format("https://127.0.0.1:{}/echo", secure.port());
  SECTION("unknown") {
    Bench bench;
    const auto answer = bench.http->send(request);
    REQUIRE_FALSE(answer);
    CHECK(contains(answer.error().message(),
                   fmt::format("the certificate of `127.0.0.1:{}` is not trusted: ", secure.port())));
    CHECK_FALSE(answer.error().transient);
  }
  SECTION("named in the environment") {
    const std::map<std::string, std::string> variables{{"NODE_EXTRA_CA_CERTS", certificate}};
    Bench bench(variables);
    CHECK(bench.http->send(request).value().status == 200);
  }
  SECTION("named for this server") {
    Bench bench;
    request.connection.certificate_authorities = certificate;
    CHECK(bench.http->send(request).value().status == 200);
  }
  SECTION("not to be checked") {
    Bench bench;
    request.connection.verify = VerifyCertificates::no;
    CHECK(bench.http->send(request).value().status == 200);
  }
}
