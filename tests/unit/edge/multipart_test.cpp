#include <edge/multipart.hpp>
#include <support/catch.hpp>

using namespace pyw;
using namespace pyw::edge;

namespace {

const std::string type = "multipart/form-data; boundary=----formdata-undici-012345678901";
const std::string line = "------formdata-undici-012345678901";

std::string part(const std::string& head, const std::string& content) {
  return line + "\r\n" + head + "\r\n\r\n" + content + "\r\n";
}

std::string message_of(const std::string& content_type, const std::string& body) {
  const auto form = parse_form(content_type, body);
  return form ? "" : std::string(form.error().message());
}

} // namespace

TEST_CASE("a form as wrangler sends it") {
  const auto body =
      part("Content-Disposition: form-data; name=\"metadata\"", R"({"main_module":"entry.py"})") +
      part("Content-Disposition: form-data; name=\"entry.py\"; filename=\"entry.py\"\r\nContent-Type: "
           "text/x-python",
           "x = 1\r\n--not a boundary\r\n") +
      part("Content-Disposition: form-data; name=\"sp\xC3\xA4\xC3\x9F/%22.py\"; filename=\"a\"\r\n"
           "Content-Type: Text/Plain; charset=utf-8",
           "") +
      line + "--\r\n";
  const auto form = parse_form(type, body);
  REQUIRE(form);
  REQUIRE(form->size() == 3);
  CHECK(form->at(0).name == "metadata");
  CHECK(form->at(0).filename.empty());
  CHECK(form->at(0).type.empty());
  CHECK(form->at(1).content == "x = 1\r\n--not a boundary\r\n");
  CHECK(form->at(1).type == "text/x-python");
  CHECK(form->at(2).name == "sp\xC3\xA4\xC3\x9F/\".py");
  CHECK(form->at(2).type == "text/plain");
  CHECK(form->at(2).content.empty());
}

TEST_CASE("a name that comes twice keeps its place and has its later content") {
  const auto head = [](const std::string& name) {
    return "Content-Disposition: form-data; name=\"" + name + "\"";
  };
  const auto body = part(head("a"), "1") + part(head("b"), "2") + part(head("a"), "3") + line + "--";
  const auto form = parse_form(type, body);
  REQUIRE(form);
  REQUIRE(form->size() == 2);
  CHECK(form->at(0).name == "a");
  CHECK(form->at(0).content == "3");
}

TEST_CASE("forms that are not whole are refused with a reason") {
  const auto good = part("Content-Disposition: form-data; name=\"a\"", "1");
  CHECK(message_of("application/json", good).find("content type") != std::string::npos);
  CHECK(message_of("multipart/form-data", good).find("content type") != std::string::npos);
  CHECK(message_of("multipart/form-data; boundary=", good).find("content type") != std::string::npos);
  CHECK(message_of(type, "").find("does not begin") != std::string::npos);
  CHECK(message_of(type, good).find("ends before") != std::string::npos);
  CHECK(message_of(type, good + line + "x").find("followed by something else") != std::string::npos);
  CHECK(message_of(type, good.substr(0, good.size() - 4)).find("ends before") != std::string::npos);
  CHECK(message_of(type, part("Content-Type: text/plain", "1") + line + "--").find("no name") !=
        std::string::npos);
  CHECK(message_of(type, line + "\r\nno head\r\n" + line + "--").find("end of its head") !=
        std::string::npos);
}
