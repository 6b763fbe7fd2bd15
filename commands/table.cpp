#include <commands/analytics.hpp>
#include <commands/auth.hpp>
#include <commands/build.hpp>
#include <commands/certificate.hpp>
#include <commands/cloud_support.hpp>
#include <commands/completion.hpp>
#include <commands/config.hpp>
#include <commands/d1.hpp>
#include <commands/delete.hpp>
#include <commands/deploy.hpp>
#include <commands/deployments.hpp>
#include <commands/dev.hpp>
#include <commands/dispatch_namespace.hpp>
#include <commands/doctor.hpp>
#include <commands/durable_objects.hpp>
#include <commands/edge.hpp>
#include <commands/init.hpp>
#include <commands/kv.hpp>
#include <commands/packages.hpp>
#include <commands/queues.hpp>
#include <commands/r2.hpp>
#include <commands/secret.hpp>
#include <commands/snapshot.hpp>
#include <commands/sync.hpp>
#include <commands/table.hpp>
#include <commands/tail.hpp>
#include <commands/toolchain.hpp>
#include <commands/triggers.hpp>
#include <commands/types.hpp>
#include <commands/versions.hpp>
#include <commands/workflows.hpp>

namespace pyw::commands {

const std::vector<CommandEntry>& command_table() {
  static const std::vector<CommandEntry> table{
      init_command(),
      sync_command(),
      add_command(),
      remove_command(),
      types_command(),
      dev_command(),
      build_command(),
      edge_command(),
      snapshot_command(),
      explaining_identity(deploy_command()),
      explaining_identity(versions_command()),
      explaining_identity(deployments_command()),
      explaining_identity(rollback_command()),
      explaining_identity(triggers_command()),
      explaining_identity(secret_command()),
      explaining_identity(tail_command()),
      explaining_identity(delete_command()),
      auth_command(),
      whoami_command(),
      explaining_identity(kv_command()),
      explaining_identity(r2_command()),
      explaining_identity(d1_command()),
      durable_objects_command(),
      analytics_command(),
      explaining_identity(queues_command()),
      explaining_identity(workflows_command()),
      explaining_identity(dispatch_namespace_command()),
      config_command(),
      toolchain_command(),
      doctor_command(),
      certificate_command(),
      completion_command(),
  };
  return table;
}

} // namespace pyw::commands
