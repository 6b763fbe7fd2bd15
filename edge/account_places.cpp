#include <base/hash.hpp>
#include <edge/account_places.hpp>
#include <edge/vault.hpp>
#include <runtime/local_services.hpp>
#include <runtime/socket_path.hpp>

namespace pyw::edge {

AccountPlaces places_of_account(const Path& data, const std::string& account) {
  AccountPlaces out;
  out.root = data / "data" / account;
  out.stores = out.root / "stores";
  out.run = out.root / "run";
  out.stores_socket = runtime::socket_path(out.run, "stores.sock");
  out.data_socket = runtime::socket_path(out.run, "data.sock");
  out.queues = out.root / "queues";
  out.queues_socket = runtime::socket_path(out.run, "queues.sock");
  out.links_socket = runtime::socket_path(out.run, "links.sock");
  return out;
}

Result<bool> remove_worker_data(const AccountPlaces& places,
                                const std::string& script,
                                const std::string& workflow,
                                FileSystem& files) {
  auto folder = places.worker(script);
  if (!workflow.empty()) {
    folder = folder / runtime::bundled_folder("workflows", folder) / runtime::instances_of(workflow);
  }
  if (!files.is_directory(folder)) {
    return false;
  }
  PYW_TRY_ASSIGN(const auto bytes, random_bytes(8));
  const auto grave = places.root / "deleted" / to_hex(bytes);
  PYW_TRY(files.make_directories(grave.parent_path()));
  PYW_TRY(files.rename(folder, grave));
  static_cast<void>(files.remove_all(grave)); // a process may still write there: what stays is only garbage
  return true;
}

} // namespace pyw::edge
