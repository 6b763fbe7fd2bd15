#include <base/json.hpp>

#include <nlohmann/json.hpp>

namespace pyw {

namespace {

const Json* find(const Json& object, std::string_view key) {
  if (!object.is_object()) {
    return nullptr;
  }
  const auto found = object.find(std::string(key));
  return found == object.end() ? nullptr : &*found;
}

} // namespace

std::string text_at(const Json& object, std::string_view key) {
  const auto* value = find(object, key);
  return value != nullptr && value->is_string() ? value->get<std::string>() : "";
}

Json object_at(const Json& object, std::string_view key) {
  const auto* value = find(object, key);
  return value != nullptr && value->is_object() ? *value : Json::object();
}

Json array_at(const Json& object, std::string_view key) {
  const auto* value = find(object, key);
  return value != nullptr && value->is_array() ? *value : Json::array();
}

} // namespace pyw
