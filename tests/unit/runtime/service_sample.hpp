// What services are planned from, in tests: a project of any kind, everything else at fixed places.
#pragma once

#include <runtime/local_services.hpp>

#include <map>
#include <string>
#include <vector>

namespace pyw::test {

struct ServiceSample {
  config::Project project;
  runtime::RuntimeParts parts{"/w/workerd", "/py", "314.0.7", "/mf", "/cache"};
  Path state = "/state";
  Path guest = "/guest";
  Path registry = "/registry";
  Environment environment;
  std::map<std::string, std::string> assets;
  std::vector<std::string> mocked;

  [[nodiscard]] runtime::ServiceInput input(const Path& stores = {}) const {
    return {project, parts, state, guest, registry, environment, assets, mocked, stores};
  }
};

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

} // namespace pyw::test
