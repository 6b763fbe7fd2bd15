#include <edge/alarms.hpp>
#include <edge/database.hpp>

namespace pyw::edge {

std::optional<std::chrono::system_clock::time_point>
next_alarm(const Path& folder, const FileSystem& files, std::chrono::system_clock::time_point since) {
  using std::chrono::nanoseconds;
  std::optional<std::chrono::system_clock::time_point> earliest;
  const auto from = std::chrono::duration_cast<nanoseconds>(since.time_since_epoch()).count();
  const auto found = list_tree(files, folder);
  for (const auto& file : found ? *found : std::vector<Path>{}) {
    if (file.filename() != "metadata.sqlite") {
      continue;
    }
    const auto database = Database::open((folder / file).string(), {});
    const auto rows = database ? (*database)->run("SELECT MIN(scheduled_time) FROM _cf_ALARM WHERE "
                                                  "scheduled_time > CAST(? AS INTEGER)",
                                                  {std::to_string(from)})
                               : Result<std::vector<Row>>(failure(database.error()));
    if (!rows || rows->empty() || !rows->front().at(0)) {
      continue;
    }
    const auto at =
        std::chrono::system_clock::time_point(std::chrono::duration_cast<std::chrono::system_clock::duration>(
            std::chrono::nanoseconds(std::stoll(*rows->front().at(0)))));
    earliest = earliest ? std::min(*earliest, at) : at;
  }
  return earliest;
}

} // namespace pyw::edge
