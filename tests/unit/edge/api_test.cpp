#include <base/real_filesystem.hpp>
#include <edge/api.hpp>
#include <support/catch.hpp>
#include <support/temporary_folder.hpp>

#include <nlohmann/json.hpp>

using namespace pyw;
using namespace pyw::edge;
using pyw::test::TemporaryFolder;

namespace {

/// An API over a store of its own; Workers "start" as `start` says.
struct ApiSample {
  TemporaryFolder folder;
  RealFileSystem files;
  ManualClock clock;
  Records records = *Records::open(":memory:", clock);
  Vault vault = *Vault::open(folder.path() / "key", files);
  BlobStore blobs{folder.path() / "blobs", files};
  SnapshotUploads snapshots{folder.path() / "uploads", blobs, files};
  std::string token = create_token(records, "one", "t", "read write")->value.reveal();
  std::string reader = create_token(records, "one", "r", "read")->value.reveal();
  std::string stranger = create_token(records, "two", "t", "read write")->value.reveal();
  std::string account = records.ensure_account("one")->id;
  std::vector<Version> started;
  Result<StartReport> start = StartReport{7, "dedicated"};
  int applied = 0;
  std::vector<std::string> data; ///< what the account's data was asked
  std::string data_answer = R"({"result":[]})";
  int queues_changed = 0;
  Api api{{records,
           vault,
           blobs,
           snapshots,
           "localhost",
           8790,
           [this](const Version& version) {
             started.push_back(version);
             return start;
           },
           [this]() -> Result<void> {
             ++applied;
             return {};
           },
           [this](const std::string& asked, const SocketRequest& request) -> Result<ApiAnswer> {
             data.push_back(asked + " " + request.method + " " + request.target + " " + request.body);
             return ApiAnswer{200, "application/json", data_answer};
           },
           [this](const std::string& changed) { data.push_back(changed + " changed"); },
           [this](const std::string&) { ++queues_changed; },
           [this](const std::string&, const SocketRequest& request) -> Result<ApiAnswer> {
             REQUIRE(request.headers.at(0) ==
                     std::pair<std::string, std::string>{"x-pyw-store", "queue%3Ajobs"});
             data.push_back(request.target + " " + request.body);
             return ApiAnswer{200, "application/json", data_answer};
           }}};

  ApiSample() { REQUIRE(files.make_directories(folder.path() / "blobs")); }

  ApiAnswer call(const std::string& method,
                 const std::string& path,
                 const std::string& body = "",
                 const std::string& type = "application/json",
                 const std::string& with = "-") {
    ApiRequest request{method, path};
    request.authorization = "Bearer " + (with == "-" ? token : with);
    request.body = body;
    request.content_type = type;
    request.user_agent = "wrangler/4.164.0";
    return api.handle(request);
  }

  std::string scripts() const { return "/accounts/" + account + "/workers/scripts/"; }

  ApiAnswer upload(const std::string& metadata,
                   const std::string& entry = "x = 1\n",
                   const std::string& method = "PUT",
                   const std::string& name = "shop") {
    const std::string body =
        "--B\r\nContent-Disposition: form-data; name=\"metadata\"\r\n\r\n" + metadata +
        "\r\n--B\r\nContent-Disposition: form-data; name=\"entry.py\"; filename=\"entry.py\"\r\n"
        "Content-Type: text/x-python\r\n\r\n" +
        entry + "\r\n--B--";
    return call(method,
                scripts() + name + (method == "POST" ? "/versions" : ""),
                body,
                "multipart/form-data; boundary=B");
  }
};

Json result(const ApiAnswer& answer) {
  INFO(answer.body);
  REQUIRE(answer.status == 200);
  return Json::parse(answer.body)["result"];
}

int code(const ApiAnswer& answer) {
  const auto body = Json::parse(answer.body);
  CHECK(body["success"] == false);
  CHECK(body["result"].is_null());
  return body["errors"][0]["code"];
}

const std::string plain = R"({"main_module":"entry.py","compatibility_date":"2026-10-01","bindings":[]})";

} // namespace

TEST_CASE("only tokens that are known and in force are let in, each to its own account") {
  ApiSample sample;
  CHECK(result(sample.call("GET", "/user/tokens/verify"))["status"] == "active");
  CHECK(sample.call("GET", "/accounts", "", "", "wrong").status == 401);
  ApiRequest bare{"GET", "/accounts"};
  CHECK(sample.api.handle(bare).status == 400);
  CHECK(result(sample.upload(plain))["id"] == "shop");
  const auto settings = sample.scripts() + "shop/settings";
  CHECK(sample.call("GET", settings).status == 200);
  CHECK(sample.call("GET", settings, "", "", sample.stranger).status == 403);
  CHECK(sample.call("GET", settings, "", "", sample.reader).status == 200);
  CHECK(code(sample.call("DELETE", sample.scripts() + "shop", "", "", sample.reader)) == 10000);
  REQUIRE(*sample.records.revoke_token("t"));
  CHECK(sample.call("GET", settings).status == 401);
}

TEST_CASE("an upload is started once before it is stored; one that fails changes nothing") {
  ApiSample sample;
  const auto uploaded = result(sample.upload(plain));
  REQUIRE(sample.started.size() == 1);
  CHECK(uploaded["deployment_id"] == sample.started.front().id);
  CHECK(uploaded["startup_time_ms"] == 7);
  CHECK(sample.applied == 1);
  sample.start = failure(user_error("ImportError: no module named flask"));
  const auto refused = sample.upload(plain, "import flask\n");
  CHECK(refused.status == 400);
  CHECK(code(refused) == 10021);
  CHECK(refused.body.find("ImportError: no module named flask") != std::string::npos);
  CHECK(sample.applied == 1);
  CHECK(sample.records.latest_version(sample.account, "shop")->value().id == sample.started.front().id);
}

TEST_CASE("uploads that are not right are told apart") {
  ApiSample sample;
  CHECK(code(sample.call("PUT", sample.scripts() + "shop", "x", "text/plain")) == 10001);
  CHECK(code(sample.upload("{")) == 10001);
  CHECK(code(sample.upload(R"({"main_module":"other.py","compatibility_date":"2026-10-01"})")) == 10021);
  CHECK(code(sample.upload(R"({"main_module":"entry.py","compatibility_date":"soon"})")) == 10021);
  CHECK(code(sample.upload(R"({"main_module":"entry.py","compatibility_date":"2026-10-01",
    "bindings":[{"name":"KV","type":"kv_namespace","namespace_id":"1"}]})")) == 10041);
  CHECK(code(sample.upload(R"({"main_module":"entry.py","compatibility_date":"2026-10-01",
    "bindings":[{"name":"AI","type":"ai"}]})")) == 10021);
  CHECK(code(sample.upload(R"({"main_module":"entry.py","compatibility_date":"2026-10-01",
    "bindings":[{"name":"L","type":"ratelimit","namespace_id":"1","simple":{"limit":"x"}}]})")) == 10021);
  CHECK(code(sample.upload(R"({"main_module":"entry.py","compatibility_date":"2026-10-01",
    "bindings":[{"name":"O","type":"durable_object_namespace","class_name":"Room"}]})")) == 10061);
  CHECK(code(sample.upload(R"({"main_module":"entry.py","compatibility_date":"2026-10-01",
    "bindings":[{"name":"S","type":"service","service":"other"}]})")) == 10143);
  CHECK(code(sample.upload(R"({"main_module":"entry.py","compatibility_date":"2026-10-01",
    "bindings":[{"name":"Q","type":"queue","queue_name":"jobs"}]})")) == 11000);
  CHECK(code(sample.upload(R"({"main_module":"entry.py","compatibility_date":"2026-10-01",
    "bindings":[{"name":"A","type":"inherit"}]})")) == 10057);
  CHECK(code(sample.upload(R"({"main_module":"entry.py","compatibility_date":"2026-10-01",
    "pyw_modules":{"../../x.py":{"sha256":"00","type":"text/x-python"}}})")) == 10021);
  CHECK(code(sample.upload(R"({"main_module":"entry.py","compatibility_date":"2026-10-01",
    "compatibility_flags":[1]})")) == 10001);
  CHECK(code(sample.upload(plain, "x", "PUT", "-Bad")) == 10016);
  CHECK(code(sample.upload(plain, "x", "POST")) == 10007);
  CHECK(sample.started.empty());
  CHECK(code(sample.call("GET", sample.scripts() + "shop/settings")) == 10007);
}

TEST_CASE("secrets are sealed, never told, kept over uploads, and belong to versions") {
  ApiSample sample;
  CHECK(code(sample.call("PUT", sample.scripts() + "shop/secrets", R"({"name":"KEY","text":"hunter2"})")) ==
        10007);
  static_cast<void>(result(sample.upload(plain)));
  CHECK(result(sample.call("PUT",
                           sample.scripts() + "shop/secrets",
                           R"({"name":"KEY","text":"hunter2"})",
                           "text/plain"))["name"] == "KEY");
  static_cast<void>(result(sample.upload(plain)));
  const auto latest = sample.records.latest_version(sample.account, "shop")->value();
  CHECK(latest.number == 3);
  CHECK(sample.vault.unseal(latest.secrets.at("KEY"), sample.account + "/shop/KEY")->reveal() == "hunter2");
  for (const auto* what : {"settings", "secrets", "versions", "deployments"}) {
    const auto answer = sample.call("GET", sample.scripts() + "shop/" + what);
    CHECK(answer.status == 200);
    CHECK(answer.body.find("hunter2") == std::string::npos);
    CHECK(answer.body.find(latest.secrets.at("KEY")) == std::string::npos);
  }
  CHECK(result(sample.call("GET", sample.scripts() + "shop/secrets")).size() == 1);
  CHECK(sample.call("DELETE", sample.scripts() + "shop/secrets/KEY").status == 200);
  CHECK(code(sample.call("DELETE", sample.scripts() + "shop/secrets/KEY")) == 10056);
  CHECK(result(sample.call("GET", sample.scripts() + "shop/secrets")).empty());
}

TEST_CASE("versions get traffic by deployments, whose percentages add up") {
  ApiSample sample;
  const std::string first = result(sample.upload(plain))["deployment_id"];
  const std::string second = result(sample.upload(plain, "x = 2\n", "POST"))["id"];
  const auto deployments = sample.scripts() + "shop/deployments";
  const auto body = [](std::vector<std::pair<std::string, double>> shares) {
    auto versions = Json::array();
    for (const auto& [id, share] : shares) {
      versions.push_back({{"version_id", id}, {"percentage", share}});
    }
    return Json{{"strategy", "percentage"}, {"versions", versions}}.dump();
  };
  CHECK(result(sample.call("POST", deployments, body({{first, 90}, {second, 10}})))["versions"].size() == 2);
  const auto live = sample.records.served()->front().versions;
  CHECK(live.at(1).version == second);
  CHECK(live.at(1).percentage == 10);
  CHECK(sample.call("POST", deployments, body({{first, 90}})).status == 400);
  CHECK(sample.call("POST", deployments, body({{first, 150}, {second, -50}})).status == 400);
  CHECK(sample.call("POST", deployments, body({{first, 50}, {first, 50}})).status == 400);
  CHECK(sample.call("POST", deployments, body({})).status == 400);
  CHECK(sample.call("POST", deployments, "[]").status == 400);
  CHECK(sample.call("POST", deployments, body({{"elsewhere", 100}})).status == 404);
  CHECK(result(sample.call("GET", deployments))["deployments"].size() == 2);
  CHECK(code(sample.call("PUT", sample.scripts() + "shop/secrets", R"({"name":"K","text":"v"})")) == 10215);
  CHECK(result(sample.call("GET", sample.scripts() + "shop/versions"))["items"].size() == 2);
}

TEST_CASE("modules that the account has sent may be named by their digest, another account's may not") {
  ApiSample sample;
  static_cast<void>(result(sample.upload(plain, "shared\n")));
  const auto digest = sample.started.front().modules.front().digest;
  const auto ask = "/accounts/" + sample.account + "/workers/pyw/modules";
  CHECK(result(sample.call("POST", ask, Json{{"digests", {digest, std::string(64, '0')}}}.dump()))["known"] ==
        Json::array({digest}));
  CHECK(sample.call("POST", ask, R"({"digests":["../x"]})").status == 400);
  const auto other = sample.records.ensure_account("two")->id;
  const auto foreign = sample.call("POST",
                                   "/accounts/" + other + "/workers/pyw/modules",
                                   Json{{"digests", {digest}}}.dump(),
                                   "",
                                   sample.stranger);
  CHECK(result(foreign)["known"].empty());
  const Json metadata = {{"main_module", "entry.py"},
                         {"compatibility_date", "2026-10-01"},
                         {"pyw_modules", {{"lib.py", {{"sha256", digest}, {"type", "text/x-python"}}}}}};
  static_cast<void>(result(sample.upload(metadata.dump())));
  CHECK(sample.started.back().find_module("lib.py")->digest == digest);
}

TEST_CASE("whatever comes, an answer in the envelope comes back") {
  ApiSample sample;
  static_cast<void>(result(sample.upload(plain)));
  for (const auto* method : {"GET", "PUT", "POST", "PATCH", "DELETE", "BREW"}) {
    for (const auto* path : {"",
                             "secrets",
                             "secrets-bulk",
                             "settings",
                             "script-settings",
                             "subdomain",
                             "schedules",
                             "routes",
                             "domains/records",
                             "domains/changeset",
                             "versions",
                             "deployments",
                             "x/y/z"}) {
      for (const auto* body :
           {"", "{", "null", "[1]", "{\"secrets\":{\"A\":[1]}}", "{\"enabled\":\"no\"}", "\xff"}) {
        INFO(method << " " << path << " " << body);
        const auto answer = sample.call(method, sample.scripts() + "shop/" + path, body);
        CHECK(answer.status < 500);
        CHECK(Json::parse(answer.body).contains("success"));
      }
    }
  }
}

TEST_CASE("namespaces, databases and buckets are their account's, and named once") {
  ApiSample sample;
  const auto base = "/accounts/" + sample.account;
  const auto made = result(sample.call("POST", base + "/storage/kv/namespaces", R"({"title":"cache"})"));
  const std::string id = made["id"];
  CHECK(sample.data == std::vector<std::string>{sample.account + " changed"});
  CHECK(code(sample.call("POST", base + "/storage/kv/namespaces", R"({"title":"cache"})")) == 10014);
  CHECK(code(sample.call("POST", base + "/storage/kv/namespaces", R"({"title":""})")) == 10019);
  CHECK(result(sample.call("GET", base + "/storage/kv/namespaces")).size() == 1);
  CHECK(result(sample.call("PUT", base + "/storage/kv/namespaces/" + id, R"({"title":"other"})"))["title"] ==
        "other");
  CHECK(sample
            .upload(R"({"main_module":"entry.py","compatibility_date":"2026-10-01","bindings":[
    {"name":"KV","type":"kv_namespace","namespace_id":")" +
                    id + "\"}]}")
            .status == 200);

  const std::string database =
      result(sample.call("POST", base + "/d1/database", R"({"name":"shop"})"))["uuid"];
  CHECK(result(sample.call("GET", base + "/d1/database/shop"))["uuid"] == database);
  CHECK(code(sample.call("POST", base + "/d1/database", R"({"name":"shop"})")) == 7502);
  CHECK(code(sample.call("POST", base + "/d1/database", R"({"name":"../x"})")) == 7400);
  CHECK(code(sample.call("GET", base + "/d1/database/other")) == 7404);
  CHECK(sample.call("GET", base + "/r2/buckets/photos").status == 404);
  CHECK(result(sample.call("POST", base + "/r2/buckets", R"({"name":"photos"})", "text/plain"))["name"] ==
        "photos");
  CHECK(code(sample.call("POST", base + "/r2/buckets", R"({"name":"photos"})")) == 10004);
  CHECK(code(sample.call("POST", base + "/r2/buckets", R"({"name":"Photos"})")) == 10005);

  const auto other = "/accounts/" + sample.records.ensure_account("two")->id;
  CHECK(code(sample.call("GET", other + "/storage/kv/namespaces/" + id, "", "", sample.stranger)) == 10013);
  CHECK(code(sample.call("GET", other + "/d1/database/" + database, "", "", sample.stranger)) == 7404);
  CHECK(code(sample.call(
            "GET", other + "/storage/kv/namespaces/" + id + "/values/a", "", "", sample.stranger)) == 10013);
  CHECK(result(sample.call("GET", other + "/storage/kv/namespaces", "", "", sample.stranger)).empty());
}

TEST_CASE("what is in a store is asked of the account's data, escapes as they came") {
  ApiSample sample;
  const auto base = "/accounts/" + sample.account;
  const std::string id =
      result(sample.call("POST", base + "/storage/kv/namespaces", R"({"title":"t"})"))["id"];
  sample.data.clear();
  ApiRequest request{"PUT", base + "/storage/kv/namespaces/" + id + "/values/a/b"};
  request.target = "/client/v4" + base + "/storage/kv/namespaces/" + id + "/values/a%2Fb?expiration_ttl=60";
  request.authorization = "Bearer " + sample.token;
  request.body = "value";
  CHECK(sample.api.handle(request).body == sample.data_answer);
  CHECK(sample.data == std::vector<std::string>{sample.account + " PUT " + base + "/storage/kv/namespaces/" +
                                                id + "/values/a%2Fb?expiration_ttl=60 value"});
  CHECK(sample.call("DELETE", base + "/storage/kv/namespaces/" + id + "/values/a", "", "", sample.reader)
            .status == 403);
  CHECK(
      sample.call("GET", base + "/storage/kv/namespaces/" + id + "/values/a", "", "", sample.reader).status ==
      200);
}

TEST_CASE("a file of SQL goes up and comes down at addresses that are good for it alone") {
  ApiSample sample;
  const auto base = "/accounts/" + sample.account;
  const std::string id = result(sample.call("POST", base + "/d1/database", R"({"name":"shop"})"))["uuid"];
  const auto import = base + "/d1/database/" + id + "/import";
  const auto begun = result(sample.call("POST", import, R"({"action":"init","etag":"x"})"));
  const std::string url = begun["upload_url"];
  const auto path = url.substr(url.find("/accounts/"));
  const auto anybody = [&](const std::string& method, const std::string& where, const std::string& body) {
    ApiRequest request{method, where};
    request.body = body;
    return sample.api.handle(request);
  };
  CHECK(anybody("PUT", path + "00", "SELECT 1").status == 403);
  CHECK(anybody("PUT", base + "/d1/files/zz", "SELECT 1").status == 403);
  const auto arrived = anybody("PUT", path, "SELECT 1");
  CHECK(arrived.status == 200);
  CHECK(arrived.headers.at(0).second == "\"b1698e52a0f16203489454196a0c6307\""); // md5sum
  CHECK(anybody("PUT", path, "SELECT 2").status == 409);
  sample.data.clear();
  sample.data_answer = R"({"result":[{"meta":{"rows_read":3}},{"meta":{"rows_written":1}}]})";
  const auto ingest = R"({"action":"ingest","filename":")" + begun["filename"].get<std::string>() + "\"}";
  const auto done = result(sample.call("POST", import, ingest));
  CHECK(done["status"] == "complete");
  CHECK(done["result"]["num_queries"] == 2);
  CHECK(done["result"]["meta"]["rows_read"] == 3);
  CHECK(sample.data.size() == 1);
  CHECK(code(sample.call("POST", import, ingest)) == 7500);

  sample.data_answer = R"({"result":{"sql":"CREATE TABLE t (x);"}})";
  const auto dumped = result(sample.call("POST", base + "/d1/database/" + id + "/export", "{}"));
  const std::string signed_url = dumped["result"]["signed_url"];
  const auto from = signed_url.substr(signed_url.find("/accounts/"));
  CHECK(anybody("GET", from, "").body == "CREATE TABLE t (x);");
  CHECK(anybody("GET", from, "").status == 404);
}

TEST_CASE("what is asked of a queue's messages goes to where they are, when the queue lets it") {
  ApiSample sample;
  const auto queues = "/accounts/" + sample.account + "/queues";
  const auto made = result(sample.call("POST", queues, R"({"queue_name":"jobs"})"));
  const auto jobs = queues + "/" + made["queue_id"].get<std::string>();
  CHECK(sample.call("POST", jobs + "/messages", R"({"body":1})").status == 200);
  CHECK(sample.data == std::vector<std::string>{R"(/send {"messages":[{"body":1,"content_type":"json"}]})"});
  CHECK(code(sample.call("POST", jobs + "/messages", "x")) == 10208);
  CHECK(code(sample.call("POST", queues + "/other/messages", R"({"body":1})")) == 11000);
  CHECK(sample.call("POST", jobs + "/messages", R"({"body":1})", "", sample.reader).status == 403);
  CHECK(code(sample.call("POST", jobs + "/messages/pull", "{}")) == 11010); // nobody is to pull
  CHECK(code(sample.call(
            "POST", jobs + "/consumers", R"({"type":"http_pull","settings":{"batch_size":0}})")) == 11010);
  CHECK(code(sample.call("POST", jobs + "/consumers", R"({"type":"http_pull","dead_letter_queue":"x"})")) ==
        11000);
  const auto consumer = result(sample.call("POST", jobs + "/consumers", R"({"type":"http_pull"})"));
  CHECK(result(sample.call("GET", jobs))["consumers"][0] == consumer);
  CHECK(sample.call("POST", jobs + "/messages/pull", R"({"batch_size":2})").status == 200);
  CHECK(sample.data.back().starts_with(R"(/pull {"batch_size":2,)"));
  CHECK(sample.call("POST", jobs + "/messages/ack", R"({"acks":[{"lease_id":"l"}]})").status == 200);
  CHECK(sample.data.back().starts_with(R"(/settle {"acks":["l"],)"));
  CHECK(sample.queues_changed == 0); // no Worker gets more or less
}

TEST_CASE("pausing stops a queue's delivery and its pulls; a purge is meant") {
  ApiSample sample;
  CHECK(result(sample.upload(plain))["id"] == "shop");
  const auto queues = "/accounts/" + sample.account + "/queues";
  const auto made = result(sample.call("POST", queues, R"({"queue_name":"jobs"})"));
  const auto jobs = queues + "/" + made["queue_id"].get<std::string>();
  const auto consumer =
      result(sample.call("POST", jobs + "/consumers", R"({"type":"worker","script_name":"shop"})"));
  CHECK(sample.queues_changed == 1);
  const auto paused = R"({"queue_name":"jobs","settings":{"delivery_paused":true}})";
  CHECK(result(sample.call("PATCH", jobs, paused))["settings"]["delivery_paused"] == true);
  CHECK(sample.queues_changed == 2);
  CHECK(result(sample.call("PATCH", jobs, R"({"settings":{"message_retention_period":60}})"))["settings"] ==
        Json::parse(R"({"delivery_paused":true,"message_retention_period":60})"));
  CHECK(sample.queues_changed == 2); // delivery is as it was
  CHECK(result(sample.call("PUT", jobs, R"({"settings":{"delivery_delay":5}})"))["settings"] ==
        Json::parse(R"({"delivery_delay":5})"));
  CHECK(sample.queues_changed == 3);
  for (const auto* bad : {R"({"queue_name":"other"})",
                          R"({"settings":{"delivery_paused":"yes"}})",
                          R"({"settings":{"delivery_delay":86401}})",
                          R"({"settings":{"message_retention_period":59}})"}) {
    INFO(bad);
    CHECK(code(sample.call("PATCH", jobs, bad)) == 11003);
  }
  result(sample.call("DELETE", jobs + "/consumers/" + consumer["consumer_id"].get<std::string>()));
  result(sample.call("POST", jobs + "/consumers", R"({"type":"http_pull"})"));
  result(sample.call("PATCH", jobs, paused));
  CHECK(sample.call("POST", jobs + "/messages/pull", "{}").status == 409);
  CHECK(sample.data.empty());
  CHECK(code(sample.call("POST", jobs + "/purge", "{}")) == 10207);
  CHECK(sample.call("POST", jobs + "/purge", R"({"delete_messages_permanently":true})").status == 200);
  CHECK(sample.data == std::vector<std::string>{"/purge {}"});
  CHECK(sample.call("DELETE", jobs).status == 200); // its messages first
  CHECK(sample.data.size() == 2);
}
