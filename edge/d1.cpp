// D1 databases: https://developers.cloudflare.com/api/resources/d1/
//
// A file of SQL comes in three steps, and a dump goes out in two: the client sends or fetches it at an
// address that the first step names. That address holds a sealed text in the place of a token, and is good
// for a while.
#include <base/hash.hpp>
#include <edge/data_relay.hpp>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

namespace pyw::edge {

namespace {

constexpr std::string_view file_sealed_for = "d1-file";
constexpr std::int64_t address_seconds = 3600;
/// Files under way: by name, with the digest of what has arrived.
constexpr const char* files_kind = "d1-file";

Problem no_such_database() {
  return {404, 7404, "The database could not be found"};
}

Json database_json(const Resource& resource) {
  return {{"uuid", resource.id},
          {"name", resource.name},
          {"version", "production"},
          {"created_at", resource.created},
          {"num_tables", nullptr},
          {"file_size", nullptr},
          {"running_in_region", "LOCAL"},
          {"read_replication", {{"mode", "disabled"}}}};
}

/// By its id, or by its name.
Result<std::optional<Resource>> find_database(Api& api, const Call& call) {
  auto records = resources_of(api, call, "d1");
  PYW_TRY_ASSIGN(auto found, records.find(call.at("d1")));
  return found ? Result<std::optional<Resource>>(std::move(found)) : records.named(call.at("d1"));
}

Result<std::string> address_of(Api& api, const Call& call, const std::string& name) {
  const Json said{{"account", call.account.id},
                  {"name", name},
                  {"ends", api.parts().records.seconds() + address_seconds}};
  PYW_TRY_ASSIGN(const auto sealed, api.parts().vault.seal(Secret(said.dump()), file_sealed_for));
  return fmt::format("{}://{}/client/v4/accounts/{}/d1/files/{}",
                     call.request.scheme,
                     call.request.host,
                     call.account.id,
                     to_hex(sealed));
}

/// The name of the file that the address means; nullopt when it is none of ours, or too old.
std::optional<std::string> file_at(Api& api, const Call& call) {
  std::string sealed;
  const auto& hex = call.at("file");
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    const auto digit = [](char c) { return c >= 'a' ? c - 'a' + 10 : c - '0'; };
    sealed.push_back(static_cast<char>(digit(hex[i]) * 16 + digit(hex[i + 1])));
  }
  const auto text = api.parts().vault.unseal(sealed, file_sealed_for);
  const auto said = text ? Json::parse(text->reveal()) : Json();
  if (!text || said["account"] != call.at("account") || said["ends"] <= api.parts().records.seconds()) {
    return std::nullopt;
  }
  return said["name"].get<std::string>();
}

Outcome complete(const char* type, Json result) {
  return Json{{"success", true},
              {"type", type},
              {"status", "complete"},
              {"at_bookmark", ""},
              {"messages", Json::array()},
              {"result", std::move(result)}};
}

Outcome ingest(Api& api, const Call& call, const Resource& database, const std::string& name) {
  auto files = resources_of(api, call, files_kind);
  PYW_STORED(const auto file, files.find(name));
  if (!file) {
    return Problem{400, 7500, "the file has not arrived"};
  }
  PYW_STORED(const auto sql, api.parts().blobs.read(text_at(Json::parse(file->document), "digest")));
  PYW_STORED(const auto answer,
             ask_data(api, call, "POST", "/d1/database/" + database.id + "/query", Json{{"sql", sql}}));
  PYW_STORED_VOID(files.remove(name));
  const auto body = Json::parse(answer.body, nullptr, false);
  if (answer.status != 200) {
    const auto errors = array_at(body, "errors");
    return Json{{"success", false},
                {"type", "import"},
                {"status", "error"},
                {"error", errors.empty() ? answer.body : text_at(errors[0], "message")}};
  }
  const auto results = array_at(body, "result");
  auto meta = results.empty() ? Json::object() : object_at(results.back(), "meta");
  for (const auto* key : {"rows_read", "rows_written"}) {
    double sum = 0;
    for (const auto& result : results) {
      sum += object_at(result, "meta").value(key, 0.0);
    }
    meta[key] = static_cast<std::uint64_t>(sum);
  }
  return complete("import", {{"num_queries", results.size()}, {"final_bookmark", ""}, {"meta", meta}});
}

} // namespace

Outcome list_d1(Api& api, const Call& call) {
  PYW_STORED(const auto all, resources_of(api, call, "d1").all());
  const auto wanted = call.request.parameter("name");
  std::vector<Json> items;
  for (const auto& resource : all) {
    if (!wanted || resource.name == *wanted) {
      items.push_back(database_json(resource));
    }
  }
  return page_of(call, items);
}

Outcome create_d1(Api& api, const Call& call) {
  Resource made{"", text_at(call.json(), "name"), api.parts().records.now()};
  if (!is_resource_name(made.name)) {
    return Problem{400, 7400, "a database's name has letters, digits, `-`, `_` and `.`, 64 at most"};
  }
  PYW_STORED(made.id, new_uuid());
  PYW_STORED(const bool added, resources_of(api, call, "d1").add(made));
  if (!added) {
    return Problem{400, 7502, fmt::format("A database with the name '{}' already exists", made.name)};
  }
  api.parts().data_changed(call.account.id);
  return database_json(made);
}

Outcome show_d1(Api& api, const Call& call) {
  PYW_STORED(const auto found, find_database(api, call));
  return found ? Outcome(database_json(*found)) : Outcome(no_such_database());
}

Outcome delete_d1(Api& api, const Call& call) {
  PYW_STORED(const auto found, find_database(api, call));
  if (!found) {
    return no_such_database();
  }
  PYW_STORED_VOID(resources_of(api, call, "d1").remove(found->id));
  api.parts().data_changed(call.account.id);
  return Json(nullptr);
}

Outcome relay_d1(Api& api, const Call& call) {
  PYW_STORED(const auto found, resources_of(api, call, "d1").find(call.at("d1")));
  return found ? relay(api, call) : Outcome(no_such_database());
}

Outcome import_d1(Api& api, const Call& call) {
  PYW_STORED(const auto found, find_database(api, call));
  if (!found) {
    return no_such_database();
  }
  const auto body = call.json();
  const auto action = text_at(body, "action");
  if (action == "init") {
    PYW_STORED(const auto name, new_id());
    PYW_STORED(const auto url, address_of(api, call, name));
    return Json{{"success", true}, {"type", "import"}, {"filename", name}, {"upload_url", url}};
  }
  if (action == "ingest") {
    return ingest(api, call, *found, text_at(body, "filename"));
  }
  return Problem{400, 7500, "nothing is being taken in"}; // `ingest` has answered when it is done
}

Outcome export_d1(Api& api, const Call& call) {
  PYW_STORED(const auto found, find_database(api, call));
  if (!found) {
    return no_such_database();
  }
  PYW_STORED(
      const auto answer,
      ask_data(
          api, call, "POST", "/d1/database/" + found->id + "/dump", object_at(call.json(), "dump_options")));
  if (answer.status != 200) {
    return answer;
  }
  const auto sql = text_at(object_at(Json::parse(answer.body), "result"), "sql");
  PYW_STORED(const auto digest, api.parts().blobs.put(sql));
  PYW_STORED(const auto name, new_id());
  PYW_STORED(const auto added,
             resources_of(api, call, files_kind)
                 .add({name, name, api.parts().records.now(), Json{{"digest", digest}}.dump()}));
  static_cast<void>(added); // the name is new
  PYW_STORED(const auto url, address_of(api, call, name));
  return complete("export", {{"filename", found->name + ".sql"}, {"signed_url", url}});
}

Outcome put_d1_file(Api& api, const Call& call) {
  const auto name = file_at(api, call);
  if (!name) {
    return Problem{403, 10000, "Authentication error"};
  }
  PYW_STORED(const auto digest, api.parts().blobs.put(call.request.body));
  ResourceRecords files(api.parts().records.database(), call.at("account"), files_kind);
  PYW_STORED(const auto added,
             files.add({*name, *name, api.parts().records.now(), Json{{"digest", digest}}.dump()}));
  if (!added) {
    return Problem{409, 7500, "the file has arrived already"};
  }
  Hasher hasher(HashKind::md5);
  hasher.update(call.request.body);
  ApiAnswer out{200, "application/json", ""};
  out.headers.emplace_back("ETag", fmt::format("\"{}\"", to_hex(hasher.finish())));
  return out;
}

Outcome get_d1_file(Api& api, const Call& call) {
  const auto name = file_at(api, call);
  ResourceRecords files(api.parts().records.database(), call.at("account"), files_kind);
  if (!name) {
    return Problem{403, 10000, "Authentication error"};
  }
  PYW_STORED(const auto file, files.find(*name));
  if (!file) {
    return Problem{404, 7404, "the file is gone"};
  }
  PYW_STORED(auto content, api.parts().blobs.read(text_at(Json::parse(file->document), "digest")));
  PYW_STORED_VOID(files.remove(*name));
  return ApiAnswer{200, "application/sql", std::move(content)};
}

} // namespace pyw::edge
