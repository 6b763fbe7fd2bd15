#include <typegen/cst.hpp>
#include <typegen/reader.hpp>
#include <typegen/reader_types.hpp>
#include <typegen/source_pieces.hpp>
#include <typegen/syntax_memory.hpp>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <future>
#include <iterator>
#include <thread>

namespace pyw::typegen {

namespace {

constexpr int scope_depth_limit = 100;

/// Walks statements and files what they declare in the scopes of the program.
class DeclarationReader {
public:
  explicit DeclarationReader(Program& program) : m_program(program), m_types(program) {}

  void read_piece(const SourcePiece& piece, const Node& root);

private:
  void read_statements(const Node& block, Scope& scope);
  void read_statement(const Node& node, Scope& scope, std::string_view doc);
  void read_ambient(const Node& node, Scope& scope, std::string_view doc);
  void read_export(const Node& node, Scope& scope, std::string_view doc);
  void read_body(const Node& node, Scope& scope, std::string_view doc);
  void read_heritage(const Node& node, const Scope& scope, Body& body);
  void read_alias(const Node& node, Scope& scope, std::string_view doc);
  void read_variables(const Node& node, Scope& scope, std::string_view doc);
  void read_namespace(const Node& node, Scope& scope);
  void read_module(const Node& node, Scope& scope);
  void read_enum(const Node& node, Scope& scope);

  Symbol& symbol(Scope& scope, std::string_view name);
  Scope& namespace_scope(Scope& parent, std::string_view name);

  Program& m_program;
  TypeReader m_types;
  int m_depth = 0;
};

Symbol& DeclarationReader::symbol(Scope& scope, std::string_view name) {
  ++m_program.declarations;
  const auto found = scope.by_name.find(name);
  if (found != scope.by_name.end()) {
    return *found->second;
  }
  Symbol fresh;
  fresh.name = name;
  fresh.qualified = scope.qualified.empty() ? std::string(name) : scope.qualified + "." + std::string(name);
  fresh.scope = &scope;
  fresh.order = m_program.symbols++;
  auto* made = m_program.arena->make(std::move(fresh));
  scope.symbols.push_back(made);
  scope.by_name.emplace(made->name, made);
  return *made;
}

void DeclarationReader::read_piece(const SourcePiece& piece, const Node& root) {
  m_types.enter(piece);
  read_statements(root, *m_program.global);
}

void DeclarationReader::read_statements(const Node& block, Scope& scope) {
  if (++m_depth <= scope_depth_limit) {
    auto behind_last = block.offset();
    for (const auto& node : block.children()) {
      if (node.kind() != Syntax::token) {
        const auto comment = m_types.piece().last_comment(behind_last, node.offset());
        const bool is_doc = comment.starts_with("/**") || comment.starts_with("/* ");
        read_statement(node, scope, is_doc ? comment : std::string_view{});
        behind_last = node.end();
      }
    }
  }
  --m_depth;
}

void DeclarationReader::read_statement(const Node& node, Scope& scope, std::string_view doc) {
  m_types.enter(&scope);
  switch (node.kind()) {
  case Syntax::ambient_declaration:
    read_ambient(node, scope, doc);
    break;
  case Syntax::export_statement:
    read_export(node, scope, doc);
    break;
  case Syntax::expression_statement: { // a namespace without `declare`
    const auto inner = node.named_children();
    if (!inner.empty() && inner.front().kind() == Syntax::internal_module) {
      read_namespace(inner.front(), scope);
    } else {
      m_types.record_unknown(node, "expression statement");
    }
    break;
  }
  case Syntax::interface_declaration:
  case Syntax::class_declaration:
  case Syntax::abstract_class_declaration:
    read_body(node, scope, doc);
    break;
  case Syntax::type_alias_declaration:
    read_alias(node, scope, doc);
    break;
  case Syntax::function_signature:
    symbol(scope, node.field("name").text()).functions.push_back({m_types.read_signature(node), doc});
    break;
  case Syntax::lexical_declaration:
  case Syntax::variable_declaration:
    read_variables(node, scope, doc);
    break;
  case Syntax::internal_module:
    read_namespace(node, scope);
    break;
  case Syntax::module:
    read_module(node, scope);
    break;
  case Syntax::enum_declaration:
    read_enum(node, scope);
    break;
  case Syntax::import_statement:
  case Syntax::import_alias:
  case Syntax::empty_statement:
    break;
  default:
    m_types.record_unknown(node, node.kind() == Syntax::error ? "syntax error" : node.type_name());
  }
}

void DeclarationReader::read_ambient(const Node& node, Scope& scope, std::string_view doc) {
  for (const auto& inner : node.named_children()) {
    if (inner.kind() == Syntax::statement_block) { // declare global { … }
      read_statements(inner, *m_program.global);
    } else {
      read_statement(inner, scope, doc);
    }
  }
}

void DeclarationReader::read_export(const Node& node, Scope& scope, std::string_view doc) {
  const auto inner = node.named_children();
  bool assigns = false;
  for (const auto& child : node.children()) {
    assigns = assigns || (child.kind() == Syntax::token && child.text() == "=");
  }
  for (const auto& child : inner) {
    if (assigns && child.kind() == Syntax::identifier) {
      scope.exported_as_whole = child.text();
    } else if (child.kind() == Syntax::export_clause) {
      for (const auto& specifier : child.named_children()) {
        const auto name = specifier.field("name");
        const auto alias = specifier.field("alias");
        if (alias.valid() && alias.text() != name.text()) {
          symbol(scope, alias.text()).renames = name.text();
        }
      }
    } else if (child.kind() != Syntax::identifier && child.kind() != Syntax::string) {
      read_statement(child, scope, doc);
    }
  }
}

void DeclarationReader::read_body(const Node& node, Scope& scope, std::string_view doc) {
  Body body;
  body.is_class = node.kind() != Syntax::interface_declaration;
  body.is_abstract = node.kind() == Syntax::abstract_class_declaration;
  body.doc = doc;
  const TypeReader::Parameters parameters(m_types, node);
  body.type_parameters = parameters.all();
  read_heritage(node, scope, body);
  body.members = m_types.read_members(node.field("body"));
  symbol(scope, node.field("name").text()).bodies.push_back(std::move(body));
}

void DeclarationReader::read_heritage(const Node& node, const Scope& scope, Body& body) {
  for (const auto& clause : node.named_children()) {
    if (clause.kind() == Syntax::extends_type_clause) {
      for (const auto& type : clause.named_children()) {
        body.heritage.push_back(m_types.read_type(type));
      }
    } else if (clause.kind() == Syntax::class_heritage) {
      const auto extends = clause.child(Syntax::extends_clause);
      const auto parts = extends.named_children();
      if (parts.empty()) {
        continue; // only `implements`, which says nothing that the class does not say itself
      }
      std::vector<const Type*> arguments;
      bool generic = false;
      for (const auto& argument : extends.child(Syntax::type_arguments).named_children()) {
        arguments.push_back(m_types.read_type(argument));
        generic = generic || arguments.back()->generic;
      }
      body.heritage.push_back(m_program.arena->make(Type{.kind = TypeKind::reference,
                                                         .generic = generic,
                                                         .text = parts.front().text(),
                                                         .parts = std::move(arguments),
                                                         .scope = &scope}));
    }
  }
}

void DeclarationReader::read_alias(const Node& node, Scope& scope, std::string_view doc) {
  const TypeReader::Parameters parameters(m_types, node);
  symbol(scope, node.field("name").text())
      .aliases.push_back({parameters.all(), m_types.read_type(node.field("value")), doc});
}

void DeclarationReader::read_variables(const Node& node, Scope& scope, std::string_view doc) {
  const bool is_constant = node.text().substr(0, 5) == "const";
  for (const auto& declarator : node.named_children()) {
    if (declarator.kind() == Syntax::variable_declarator) {
      symbol(scope, declarator.field("name").text())
          .variables.push_back({m_types.read_annotation(declarator.field("type")), is_constant, doc});
    }
  }
}

Scope& DeclarationReader::namespace_scope(Scope& parent, std::string_view name) {
  auto& owner = symbol(parent, name);
  if (owner.inside == nullptr) {
    Scope scope;
    scope.parent = &parent;
    scope.qualified = owner.qualified;
    owner.inside = m_program.arena->make(std::move(scope));
  }
  return *owner.inside;
}

void DeclarationReader::read_namespace(const Node& node, Scope& scope) {
  auto* inner = &scope;
  auto name = node.field("name").text();
  for (auto dot = name.find('.'); dot != std::string_view::npos; dot = name.find('.')) { // namespace A.B
    inner = &namespace_scope(*inner, name.substr(0, dot));
    name = name.substr(dot + 1);
  }
  inner = &namespace_scope(*inner, name);
  read_statements(node.field("body"), *inner);
  m_types.enter(&scope);
}

void DeclarationReader::read_module(const Node& node, Scope& scope) {
  const auto name = node.field("name");
  if (name.kind() != Syntax::string) { // `module N {}` is an old spelling of `namespace N {}`
    read_namespace(node, scope);
    return;
  }
  ++m_program.declarations;
  auto& module = m_program.modules[std::string(m_types.string_value(name))];
  if (module == nullptr) {
    Scope fresh;
    fresh.parent = m_program.global;
    fresh.qualified = std::string(m_types.string_value(name));
    module = m_program.arena->make(std::move(fresh));
  }
  read_statements(node.field("body"), *module);
  m_types.enter(&scope);
}

void DeclarationReader::read_enum(const Node& node, Scope& scope) {
  auto& declared = symbol(scope, node.field("name").text());
  declared.is_enum = true;
  long counter = 0;
  for (const auto& child : node.field("body").named_children()) {
    if (child.kind() != Syntax::enum_assignment) {
      declared.enum_members.push_back(
          {child.text(),
           m_program.arena->make(
               Type{.kind = TypeKind::number, .text = m_program.arena->keep(std::to_string(counter++))})});
      continue;
    }
    const auto value = child.field("value");
    const Type* literal = nullptr;
    if (value.kind() == Syntax::string) {
      literal = m_program.arena->make(Type{.kind = TypeKind::string, .text = m_types.string_value(value)});
    } else if (value.kind() == Syntax::number || value.kind() == Syntax::unary_expression) {
      const auto text = value.text();
      std::from_chars(text.data(), text.data() + text.size(), counter);
      ++counter;
      literal = m_program.arena->make(Type{.kind = TypeKind::number, .text = text});
    }
    declared.enum_members.push_back({child.field("name").text(), literal});
  }
}

/// Small enough that the first is soon there to be read, large enough that a parser for it pays.
constexpr std::size_t piece_size = 20 * 1024;

} // namespace

Program read_declarations(const std::vector<std::string_view>& sources) {
  Program program;
  program.global = program.arena->make(Scope{});
  DeclarationReader reader(program);
  std::vector<SourcePiece> pieces;
  for (const auto source : sources) {
    auto stripped = std::make_shared<SourcePieces>(split_declarations(source, piece_size));
    std::move(stripped->pieces.begin(), stripped->pieces.end(), std::back_inserter(pieces));
    program.remains.push_back(std::move(stripped)); // names are views of it
  }
  // In order, by as many threads as can run at once. This one reads what is parsed, and parses when there is
  // nothing to read.
  std::vector<std::promise<std::unique_ptr<SyntaxTree>>> trees(pieces.size());
  std::atomic<std::size_t> next = 0;
  const auto blocks = std::make_shared<SyntaxBlocks>();
  const auto parse_next = [&] {
    const auto index = next++;
    if (index < pieces.size()) {
      trees[index].set_value(std::make_unique<SyntaxTree>(pieces[index].text, blocks));
    }
    return index < pieces.size();
  };
  std::vector<std::future<void>> parsers;
  for (auto count = std::min<std::size_t>(std::thread::hardware_concurrency(), pieces.size()); count > 1;
       --count) {
    parsers.push_back(std::async(std::launch::async, [&] {
      while (parse_next()) {
      }
    }));
  }
  for (std::size_t index = 0; index < pieces.size(); ++index) {
    auto parsed = trees[index].get_future();
    while (parsed.wait_for(std::chrono::seconds(0)) != std::future_status::ready && parse_next()) {
    }
    const auto tree = parsed.get();
    reader.read_piece(pieces[index], tree->root());
  }
  program.remains.push_back(blocks);
  return program;
}

} // namespace pyw::typegen
