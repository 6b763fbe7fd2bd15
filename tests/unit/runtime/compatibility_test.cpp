#include <runtime/compatibility.hpp>
#include <support/catch.hpp>

using namespace pyw::runtime;

TEST_CASE("flags come with their dates") {
  CHECK_FALSE(python_flags("2025-08-13", {}).at("python_no_global_handlers"));
  CHECK(python_flags("2025-08-14", {}).at("python_no_global_handlers"));
  CHECK(python_flags("2026-05-26", {}).at("python_process_pth_files"));
  CHECK_FALSE(python_flags("2026-05-25", {}).at("python_process_pth_files"));
}

TEST_CASE("a flag by name wins over the date, both ways") {
  CHECK(python_flags("2024-01-01", {"python_no_global_handlers"}).at("python_no_global_handlers"));
  CHECK_FALSE(
      python_flags("2026-10-01", {"disable_python_no_global_handlers"}).at("python_no_global_handlers"));
  CHECK_FALSE(python_flags("2026-10-01", {"no_python_workflows_implicit_dependencies"})
                  .at("python_workflows_implicit_dependencies"));
}

TEST_CASE("workerd gets no flag that starts its own Python, and none twice") {
  CHECK(workerd_flags("2026-10-01",
                      {"python_workers",
                       "nodejs_compat",
                       "no_python_workers_314",
                       "enable_python_external_sdk",
                       "disable_python_external_sdk",
                       "nodejs_compat",
                       "disallow_importable_env",
                       "pythonic"}) == std::vector<std::string>{"nodejs_compat", "pythonic"});
}

TEST_CASE("an old date gets what the guest needs") {
  CHECK(workerd_flags("2024-10-13", {}) ==
        std::vector<std::string>{"handle_cross_request_promise_resolution"});
  CHECK(workerd_flags("2024-10-14", {}).empty());
}
