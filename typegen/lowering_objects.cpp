// Objects with methods as Python classes.
#include <base/text.hpp>
#include <typegen/lowering_positions.hpp>

#include <algorithm>

namespace pyw::typegen {

namespace {

/// Classes that are their own ancestors end here.
constexpr int longest_heritage = 30;

} // namespace

bool Lowering::inherits_nominally(const Type* base) {
  const auto* symbol = m_resolver.find(*base);
  if (symbol == nullptr) {
    return base->text == "Error";
  }
  if (symbol->bodies.empty() || m_resolver.is_plain(*symbol)) {
    return false;
  }
  // EventTarget<Map>: its methods are spelled out for the map's keys, which the base cannot be.
  for (const auto& body : symbol->bodies) {
    for (const auto& member : body.members) {
      if (member.signature != nullptr && !base->parts.empty() &&
          std::any_of(member.signature->type_parameters.begin(),
                      member.signature->type_parameters.end(),
                      [](const TypeParameter* each) {
                        return each->constraint != nullptr && each->constraint->kind == TypeKind::keys_of;
                      })) {
        return false;
      }
    }
  }
  return true;
}

void Lowering::read_constructors(const Item& item, Shape& shape, std::vector<const Signature*>& constructs) {
  if (item.symbol == nullptr) {
    constructs = shape.constructs;
    return;
  }
  bool is_abstract = false;
  for (const auto& body : item.symbol->bodies) {
    is_abstract = is_abstract || body.is_abstract;
    for (const auto& member : body.members) {
      if (member.name == "constructor" && member.kind == MemberKind::method && !member.hidden) {
        constructs.push_back(member.signature);
      }
    }
  }
  std::erase_if(shape.members, [](const ShapeMember& member) { return member.name == "constructor"; });
  if (is_abstract) {
    constructs.clear();
  }
  // declare var Name: { new (…): Name; prototype: Name; … }
  for (const auto& variable : item.symbol->variables) {
    const auto statics = variable.type == nullptr ? nullptr : m_resolver.shape(variable.type);
    if (!statics || statics->constructs.empty()) {
      continue;
    }
    constructs.insert(constructs.end(), statics->constructs.begin(), statics->constructs.end());
    for (auto member : statics->members) {
      const auto same = std::find_if(shape.members.begin(),
                                     shape.members.end(),
                                     [&](const ShapeMember& each) { return each.name == member.name; });
      if (member.name != "prototype") {
        member.is_static = true;
        if (same == shape.members.end() || member.is_method()) {
          shape.members.push_back(std::move(member));
        }
      }
    }
  }
}

std::vector<const Signature*> Lowering::inherited_constructs(const Symbol& symbol, int depth) {
  if (depth > longest_heritage) {
    return {};
  }
  for (const auto& body : symbol.bodies) {
    for (const auto* heir_of : body.heritage) {
      const auto* base = inherits_nominally(heir_of) ? m_resolver.find(*heir_of) : nullptr;
      if (base == nullptr) {
        continue;
      }
      Item as_item;
      as_item.symbol = base;
      Shape ignored;
      std::vector<const Signature*> constructs;
      read_constructors(as_item, ignored, constructs);
      if (constructs.empty()) {
        constructs = inherited_constructs(*base, depth + 1);
      }
      if (!constructs.empty()) {
        return constructs;
      }
    }
  }
  return {};
}

std::string Lowering::write_protocols(const Shape& shape) {
  // What Pyodide's proxies answer to, by the members that the object has (its type translations, JsProxy).
  std::string text;
  const auto first_result = [&](std::string_view name) -> const Type* {
    const auto* member = shape.find(name);
    if (member == nullptr || !member->is_method() || member->signatures.front()->result == nullptr) {
      return nullptr;
    }
    return m_resolver.expand(member->signatures.front()->result);
  };
  if (const auto* iterator = first_result("@@iterator"); iterator != nullptr && !iterator->parts.empty()) {
    text += "    def __iter__(self) -> Iterator[" + lower(iterator->parts[0], Position::raw_out) + "]: ...\n";
  }
  if (const auto* iterator = first_result("@@asyncIterator");
      iterator != nullptr && !iterator->parts.empty()) {
    text += "    def __aiter__(self) -> AsyncIterator[" + lower(iterator->parts[0], Position::raw_out) +
            "]: ...\n";
  }
  if (first_result("has") != nullptr) {
    text += "    def __contains__(self, key: object, /) -> " + builtin("bool") + ": ...\n";
    if (const auto* value = first_result("get"); value != nullptr) {
      std::vector<const Type*> present;
      for (const auto* arm : m_resolver.arms(value)) {
        if (arm->kind != TypeKind::primitive || (arm->text != "undefined" && arm->text != "null")) {
          present.push_back(arm);
        }
      }
      text += "    def __getitem__(self, key: " + builtin("str") + ", /) -> " +
              lower(m_resolver.combined(TypeKind::either, present), Position::raw_out) + ": ...\n";
    }
    if (first_result("set") != nullptr) {
      text += "    def __setitem__(self, key: " + builtin("str") + ", value: Any, /) -> None: ...\n";
    }
    if (first_result("delete") != nullptr) {
      text += "    def __delitem__(self, key: " + builtin("str") + ", /) -> None: ...\n";
    }
  }
  const auto* size = shape.find("size");
  const auto* length = shape.find("length");
  if ((size != nullptr && !size->is_method()) || (length != nullptr && !length->is_method())) {
    text += "    def __len__(self) -> " + builtin("int") + ": ...\n";
  }
  return text;
}

std::string Lowering::write_two_faced(const Item& item,
                                      const ShapeMember& own,
                                      const ShapeMember& of_class,
                                      bool overrides,
                                      std::string& helpers) {
  // Response.json() makes a response, response.json() reads one: one name in Python, told apart by a
  // descriptor.
  const auto name = "_" + item.name + "_" + attribute_name(own.name);
  helpers += "class " + name + "_own:\n" +
             write_method({"__call__", own.signatures, "self", false, "", own.doc}, Form::raw, 4);
  helpers += "class " + name + "_of_class:\n" +
             write_method({"__call__", of_class.signatures, "self", false, "", of_class.doc}, Form::raw, 4);
  helpers += "class " + name + ":\n    @overload\n    def __get__(self, instance: None, owner: Any, /) -> " +
             name +
             "_of_class: ...\n    @overload\n    def __get__(self, instance: object, owner: Any, /) -> " +
             name + "_own: ...\n";
  return "    " + attribute_name(own.name) + ": " + name +
         (overrides ? "  # pyright: ignore[reportIncompatibleMethodOverride]\n" : "\n");
}

bool Lowering::is_error(const Symbol& symbol, int depth) {
  if (depth > longest_heritage) {
    return false;
  }
  for (const auto& body : symbol.bodies) {
    for (const auto* heir_of : body.heritage) {
      const auto* base = m_resolver.find(*heir_of);
      if ((base == nullptr && heir_of->text == "Error") || (base != nullptr && is_error(*base, depth + 1))) {
        return true;
      }
    }
  }
  return false;
}

/// An attribute overrides an attribute, and a property a property.
void Lowering::fit_to_base(Shape& shape, const Shape& base, bool base_is_error) {
  static const std::set<std::string_view> of_error{"name", "message", "stack", "cause"};
  for (auto& member : shape.members) {
    const auto* inherited = base.find(member.name);
    if (base_is_error && of_error.contains(member.name)) {
      member.read_only = true;
    } else if (inherited != nullptr && !inherited->is_method()) {
      member.read_only = inherited->read_only;
    }
  }
}

std::string Lowering::write_raw(Item& item) {
  std::vector<std::string> bases;
  Shape shape;
  if (item.symbol != nullptr && !item.symbol->bodies.empty()) {
    const auto bindings = m_resolver.bind(Resolver::parameters_of(*item.symbol), item.type->parts);
    shape = m_resolver.shape_of_symbol(*item.symbol, bindings, Inherited::exclude);
    for (const auto& body : item.symbol->bodies) {
      for (const auto* heir_of : body.heritage) {
        if (inherits_nominally(heir_of)) {
          const auto* base = m_resolver.find(*heir_of);
          fit_to_base(shape, *m_resolver.members_of(heir_of), base == nullptr || is_error(*base));
          bases.push_back(base == nullptr ? "Error"
                                          : request(*base, Form::raw, heir_of->parts) +
                                                type_arguments(*base, heir_of->parts, Position::raw_out));
        } else if (const auto base = m_resolver.shape(heir_of)) {
          for (const auto& member : base->members) {
            if (shape.find(member.name) == nullptr && member.name != "constructor") {
              shape.members.push_back(member);
            }
          }
          shape.index_value = shape.index_value == nullptr ? base->index_value : shape.index_value;
        }
      }
    }
  } else {
    shape = *m_resolver.members_of(item.type);
  }
  std::vector<const Signature*> constructs;
  read_constructors(item, shape, constructs);
  hide_names(shape);

  std::string body;
  std::string helpers;
  std::set<std::string_view> shape_has_two_faces;
  const auto whole =
      item.symbol == nullptr || item.symbol->bodies.empty() ? Shape{} : *m_resolver.members_of(item.type);
  if (!constructs.empty()) {
    const Method method{"new", constructs, "cls", false, constructs.front()->result == nullptr ? "Self" : ""};
    auto text = write_method(method, Form::raw, 4);
    // Constructors need not fit those of the base: TypeScript and Python agree, but for Python `new` is a
    // method.
    const auto inherited =
        item.symbol == nullptr ? std::vector<const Signature*>{} : inherited_constructs(*item.symbol);
    if (!inherited.empty()) {
      auto of_base = method;
      of_base.signatures = inherited;
      if (write_method(of_base, Form::raw, 4) != text) {
        const bool overloaded = text.find("@overload") != std::string::npos;
        if (overloaded) { // where pyright reports it; mypy does at the first
          text.insert(text.find('\n', text.rfind(" def ")),
                      "  # pyright: ignore[reportIncompatibleMethodOverride]");
        }
        text.insert(text.find('\n', overloaded ? 0 : text.find(" def ")), "  # type: ignore[override]");
      }
    }
    body += text;
  }
  for (const auto& member : shape.members) {
    if (is_symbol_name(member.name)) {
      continue;
    }
    const auto* own = whole.find(member.name);
    if (!member.is_method()) {
      body += write_property(member, Form::raw, true);
    } else if (member.is_static && own != nullptr && own->is_method() && !own->is_static) {
      body += write_two_faced(item, *own, member, !bases.empty(), helpers);
      shape_has_two_faces.insert(member.name);
    } else if (is_identifier(member.name) && member.name != "new" &&
               !shape_has_two_faces.contains(member.name)) {
      body += write_method({member.name,
                            member.signatures,
                            member.is_static ? "cls" : "self",
                            member.optional,
                            "",
                            member.doc},
                           Form::raw,
                           4);
    }
  }
  for (const auto* call : shape.calls) {
    body += write_method({"__call__", {call}}, Form::raw, 4);
  }
  body += write_protocols(shape);
  if (shape.is_rpc) {
    body +=
        "    def __getattr__(self, name: " + builtin("str") + ", /) -> Callable[..., Promise[Any]]: ...\n";
  } else if (shape.index_value != nullptr) {
    body += "    def __getattr__(self, name: " + builtin("str") + ", /) -> Any: ...\n";
  }
  if (bases.empty()) {
    bases.emplace_back("JsClass");
  }
  const auto doc_text = item.symbol == nullptr || item.symbol->bodies.empty()
                            ? std::string()
                            : documentation(item.symbol->bodies.front().doc, 4);
  return helpers + class_header(item, bases) + doc_text +
         (body.empty() && doc_text.empty() ? "    ...\n" : body);
}

std::string Lowering::write_env(Item& item) {
  std::vector<std::string> bases;
  const bool passes_on = item.symbol != nullptr && item.symbol->name == "DurableObjectNamespace";
  m_pass_through = passes_on ? item.symbol : nullptr;
  auto shape = *m_resolver.members_of(item.type);
  std::erase_if(shape.members,
                [](const ShapeMember& each) { return each.name == "constructor" || each.is_static; });
  std::set<std::string_view> inherited;
  if (item.symbol != nullptr) {
    for (const auto& body : item.symbol->bodies) {
      for (const auto* heir_of : body.heritage) {
        const auto* base = m_resolver.find(*heir_of);
        if (base == nullptr || !inherits_nominally(heir_of)) {
          continue;
        }
        bases.push_back(request(*base, Form::env, heir_of->parts) +
                        type_arguments(*base, heir_of->parts, Position::env_nested));
        const auto of_base = m_resolver.members_of(heir_of);
        for (const auto& member : of_base->members) {
          inherited.insert(member.name);
        }
      }
    }
  }
  hide_names(shape);
  std::string body;
  for (const auto& member : shape.members) {
    if (is_symbol_name(member.name) || !is_identifier(member.name)) {
      continue;
    }
    const bool is_own =
        item.symbol == nullptr || item.symbol->bodies.empty() || !inherited.contains(member.name) ||
        m_resolver.shape_of_symbol(*item.symbol, {}, Inherited::exclude).find(member.name) != nullptr;
    if (!is_own) {
      continue;
    }
    const bool is_fetcher = shape.is_rpc || (item.symbol != nullptr && item.symbol->name == "Fetcher");
    if (!member.is_method()) {
      body += write_property(member, Form::env, false);
    } else if (is_fetcher && member.name == "fetch") { // the SDK's own function (rpc.py: _FetcherWrapper)
      body += "    async def fetch(self, resource: " + builtin("str") + " | workers.Request | " +
              request_global("Request") + " | " + request_global("URL") +
              ", /, **options: Unpack[workers.FetchKwargs]) -> workers.Response: ...\n";
    } else {
      body += write_method(
          {member.name, member.signatures, "self", member.optional, "", member.doc}, Form::env, 4);
    }
  }
  // Names that the SDK adds in Python's manner (rpc.py).
  static const std::map<std::string_view, std::pair<std::string_view, std::string_view>> added{
      {"Workflow", {"createBatch", "create_batch"}}, {"WorkflowInstance", {"sendEvent", "send_event"}}};
  const auto also = item.symbol == nullptr ? added.end() : added.find(item.symbol->name);
  if (also != added.end()) {
    if (const auto* member = shape.find(also->second.first); member != nullptr && member->is_method()) {
      body += write_method({also->second.second, member->signatures}, Form::env, 4);
    }
  }
  if (const auto* iterator = shape.find("@@iterator"); iterator != nullptr && iterator->is_method()) {
    const auto* result = m_resolver.expand(iterator->signatures.front()->result);
    if (!result->parts.empty()) {
      body +=
          "    def __iter__(self) -> Iterator[" + lower(result->parts[0], Position::env_nested) + "]: ...\n";
    }
  }
  if (!passes_on && !shape.is_rpc) {
    std::stable_partition(shape.members.begin(), shape.members.end(), [&](const ShapeMember& each) {
      return inherited.contains(each.name); // an override lists the base's overloads first
    });
    body += write_item_access(shape, Form::env, Position::env_top);
  }
  if (shape.is_rpc) {
    body += "    def __getattr__(self, name: " + builtin("str") + ", /) -> RpcMethod: ...\n";
  }
  m_pass_through = nullptr;
  if (bases.empty()) {
    bases.emplace_back("Binding");
  }
  if (passes_on) { // generic over its stubs: those of the project's own classes have methods of their own
    const auto stub = reference(Module::env, "DurableObjectStub");
    body = replace_all(std::move(body), "-> " + stub + ":", "-> STUB:");
    body = replace_all(std::move(body), "-> " + item.name + ":", "-> " + item.name + "[STUB]:");
    return "class " + item.name + "[STUB = " + stub + "](" + join(bases, ", ") + "):\n" + body;
  }
  const auto doc_text = item.symbol == nullptr || item.symbol->bodies.empty()
                            ? std::string()
                            : documentation(item.symbol->bodies.front().doc, 4);
  return class_header(item, bases) + doc_text + (body.empty() && doc_text.empty() ? "    ...\n" : body);
}

} // namespace pyw::typegen
