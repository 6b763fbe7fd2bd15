#include <base/text.hpp>
#include <config/checks.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

namespace pyw::config {

std::string_view describe(BindingKind kind) {
  static constexpr std::array<std::string_view, 28> names{"a variable",
                                                          "a secret",
                                                          "a KV namespace",
                                                          "an R2 bucket",
                                                          "a D1 database",
                                                          "a Durable Object",
                                                          "a queue",
                                                          "a service",
                                                          "a workflow",
                                                          "a rate limit",
                                                          "a Hyperdrive",
                                                          "a dataset",
                                                          "a Vectorize index",
                                                          "a mail binding",
                                                          "a secret of the account",
                                                          "a dispatch namespace",
                                                          "an mTLS certificate",
                                                          "a pipeline",
                                                          "the AI binding",
                                                          "the browser",
                                                          "the images binding",
                                                          "the media binding",
                                                          "the stream binding",
                                                          "the analytics binding",
                                                          "the version metadata",
                                                          "a worker loader",
                                                          "the assets binding",
                                                          "a binding"};
  return names[static_cast<std::size_t>(kind)];
}

namespace {

struct FirstUse {
  BindingKind kind;
  Place place;
};

/// Reports every entry whose `key` an earlier one has; `message` takes the key.
template <typename Entry>
void check_unique(const std::vector<Entry>& entries,
                  std::string Entry::* key,
                  std::string_view message,
                  Findings& findings) {
  std::map<std::string, std::uint32_t> lines;
  for (const auto& entry : entries) {
    const auto [first, is_new] = lines.emplace(entry.*key, entry.place.line);
    if (!is_new && !(entry.*key).empty()) {
      findings.error(fmt::format(fmt::runtime(message), entry.*key),
                     entry.place,
                     {fmt::format("the first one stands in line {}", first->second)});
    }
  }
}

} // namespace

void check_names(const Project& project, Findings& findings) {
  std::map<std::string, FirstUse> seen;
  const auto add = [&](BindingKind kind, const std::string& name, const Place& place) {
    const auto [first, is_new] = seen.emplace(name, FirstUse{kind, place});
    if (!is_new && !name.empty()) {
      const auto where = first->second.place;
      findings.error(fmt::format("the name `{}` is taken by another binding", name),
                     place,
                     {where.known() ? fmt::format("line {} gives it to {}; each needs a name of its own",
                                                  where.line,
                                                  describe(first->second.kind))
                                    : fmt::format("{} has it; each needs a name of its own",
                                                  describe(first->second.kind))});
    }
  };
  // Findings come out in the order of the file, so the later of two is the one to point at.
  auto names = project.binding_names();
  std::stable_sort(names.begin(), names.end(), [](const auto& one, const auto& other) {
    return std::pair(one.place.line, one.place.column) < std::pair(other.place.line, other.place.column);
  });
  for (const auto& binding : names) {
    if (binding.kind != BindingKind::secret) { // a local secret may replace a variable
      add(binding.kind, binding.name, binding.place);
    }
  }
  for (const auto& secret : project.required_secrets.value_or(std::vector<Located<std::string>>{})) {
    add(BindingKind::secret, secret.value, secret.place);
  }
  check_unique(project.queue_consumers, &QueueConsumer::queue, "the queue `{}` has two consumers", findings);
  check_unique(project.workflows, &WorkflowBinding::name, "the workflow `{}` is configured twice", findings);
}

namespace {

/// The Durable Object classes after each step of `migrations`.
class ClassHistory {
public:
  explicit ClassHistory(Findings& findings) : m_findings(findings) {}

  void apply(const Migration& step) {
    if (const auto [first, is_new] = m_tags.emplace(step.tag, step.place.line);
        !is_new && !step.tag.empty()) {
      m_findings.error(fmt::format("the migration tag `{}` is used twice", step.tag),
                       step.place,
                       {fmt::format("line {} has it; every step needs a tag of its own", first->second)});
    }
    for (const auto* names : {&step.new_classes, &step.new_sqlite_classes}) {
      for (const auto& name : *names) {
        create(name, step);
      }
    }
    for (const auto& transferred : step.transferred_classes) {
      create(transferred.to, step);
    }
    for (const auto& renamed : step.renamed_classes) {
      remove(renamed.from, "renames", step);
      create(renamed.to, step);
    }
    for (const auto& name : step.deleted_classes) {
      remove(name, "deletes", step);
    }
  }

  [[nodiscard]] bool has(const std::string& name) const { return m_classes.contains(name); }

private:
  void create(const std::string& name, const Migration& step) {
    if (!m_classes.insert(name).second && !step.tag.empty()) {
      m_findings.error(
          fmt::format("migration `{}` creates the class `{}`, which exists already", step.tag, name),
          step.place);
    }
  }

  void remove(const std::string& name, std::string_view what, const Migration& step) {
    if (m_classes.erase(name) == 0 && !step.tag.empty()) {
      m_findings.error(
          fmt::format(
              "migration `{}` {} the class `{}`, which no earlier step creates", step.tag, what, name),
          step.place,
          {"steps are applied from the first to the last; those applied once stay in the list"});
    }
  }

  Findings& m_findings;
  std::set<std::string> m_classes;
  std::map<std::string, std::uint32_t> m_tags;
};

bool is_exported(const Project& project, const std::string& class_name) {
  return std::any_of(project.exports.begin(), project.exports.end(), [&](const auto& entry) {
    return entry.class_name == class_name && entry.type == Export::Type::durable_object;
  });
}

} // namespace

void check_classes(const Project& project, Findings& findings) {
  ClassHistory history(findings);
  for (const auto& step : project.migrations) {
    history.apply(step);
  }
  std::set<std::string> told;
  for (const auto& binding : project.durable_objects) {
    const bool is_own = !binding.script_name || *binding.script_name == project.name.value;
    if (is_own && !binding.class_name.empty() && !history.has(binding.class_name) &&
        !is_exported(project, binding.class_name) && told.insert(binding.class_name).second) {
      findings.warning(
          fmt::format("no migration creates the Durable Object class `{}`", binding.class_name),
          binding.place,
          {fmt::format("add a step to `migrations`: tag = \"v{}\", new_sqlite_classes = [\"{}\"]",
                       project.migrations.size() + 1,
                       binding.class_name)});
    }
  }
}

} // namespace pyw::config
