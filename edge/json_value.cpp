#include <edge/json_value.hpp>

#include <nlohmann/json.hpp>

namespace pyw::edge {

config::Value value_of(const Json& json) {
  using config::Value;
  switch (json.type()) {
  case Json::value_t::boolean:
    return Value(json.get<bool>());
  case Json::value_t::number_integer:
  case Json::value_t::number_unsigned:
    return Value(json.get<std::int64_t>());
  case Json::value_t::number_float:
    return Value(json.get<double>());
  case Json::value_t::string:
    return Value(json.get<std::string>());
  case Json::value_t::array: {
    auto array = Value::make_array();
    for (const auto& item : json) {
      array.items().push_back(value_of(item));
    }
    return array;
  }
  case Json::value_t::object: {
    auto table = Value::make_table();
    for (const auto& [key, item] : json.items()) {
      table.set(key, value_of(item));
    }
    return table;
  }
  default:
    return {};
  }
}

} // namespace pyw::edge
