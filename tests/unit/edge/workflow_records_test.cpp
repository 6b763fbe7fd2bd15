#include <base/memory_filesystem.hpp>
#include <edge/account_places.hpp>
#include <edge/workflow_records.hpp>
#include <support/catch.hpp>

#include <string>

using namespace pyw;
using namespace pyw::edge;

TEST_CASE("a workflow's name is a plain one") {
  for (const auto* name : {"orders", "Orders_2", "_x", "a-b"}) {
    CHECK(is_workflow_name(name));
  }
  for (const auto* name : {"", "-a", "a.b", "..", "a/b", "a b"}) {
    CHECK_FALSE(is_workflow_name(name));
  }
  CHECK(is_workflow_name(std::string(64, 'a')));
  CHECK_FALSE(is_workflow_name(std::string(65, 'a')));
}

TEST_CASE("what is kept of a workflow comes back") {
  Resource resource{"1", "orders", "then"};
  resource.document = to_document({"shop", "Order", "v1", "now"});
  const auto workflow = workflow_of(resource);
  CHECK(workflow.script == "shop");
  CHECK(workflow.class_name == "Order");
  CHECK(workflow.version == "v1");
  CHECK(workflow.changed == "now");
}

TEST_CASE("of a Worker's data one workflow is deleted, or all") {
  MemoryFileSystem files;
  const auto places = places_of_account("/data", "a1");
  const auto shop = places.worker("shop");
  for (const auto* file : {"workflows/miniflare-workflows-orders/x.sqlite",
                           "workflows/miniflare-workflows-sales/x.sqlite",
                           "do/shop-Counter/y.sqlite"}) {
    REQUIRE(files.write(shop / file, "x"));
  }
  REQUIRE(files.write(places.worker("other") / "do/z.sqlite", "x"));
  CHECK(remove_worker_data(places, "shop", "orders", files) == true);
  CHECK_FALSE(files.exists(shop / "workflows/miniflare-workflows-orders"));
  CHECK(files.is_file(shop / "workflows/miniflare-workflows-sales/x.sqlite"));
  CHECK(remove_worker_data(places, "shop", "orders", files) == false);
  CHECK(remove_worker_data(places, "shop", "", files) == true);
  CHECK_FALSE(files.exists(shop));
  CHECK(files.is_file(places.worker("other") / "do/z.sqlite"));
}
