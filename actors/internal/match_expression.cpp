// SPDX-License-Identifier: Apache-2.0

#include "match_expression.hpp"

#include <algorithm>
#include <utility>

#include "../../runtime/error.hpp"
#include "../../runtime/term_builders.hpp"
#include "../../runtime/term_text.hpp"
#include "../../runtime/term_views.hpp"

namespace agner::internal {

// -- compiling --------------------------------------------------------------------------------------------------------------------------

match_expression::match_expression(const term& of, const match_variables& variables, std::size_t depth) : literal_(of) {
  if (depth > match_depth_max) throw match_fault{"nested too deep"};
  const auto add = [&](const term& part) { parts_.emplace_back(part, variables, depth + 1); };
  if (const auto number = match_variable(of)) {
    const auto place = variables.place(*number);
    if (!place) throw match_fault{"variable $" + std::to_string(*number) + " is not bound by the head"};
    form_ = form::variable;
    place_ = *place;
  } else if (of.is("$_"_atom)) {
    form_ = form::object;
  } else if (of.is("$$"_atom)) {
    form_ = form::all_bindings;
  } else if (of.is_tuple()) {
    compile_tuple(of, variables, depth);
  } else if (of.is_cons()) {
    form_ = form::list;
    const list_view elements{of};
    std::ranges::for_each(elements, add);
    add(elements.last_tail());
    collapse();
  } else if (of.is_map()) {
    form_ = form::map;
    for (const auto& [key, value] : of.as_map()) {
      add(key);
      add(value);
    }
    collapse();
  }
}

// Made of literals only: a literal.
void match_expression::collapse() {
  if (!std::ranges::all_of(parts_, [](const match_expression& part) { return part.form_ == form::literal; })) return;
  std::vector<term> values;
  for (const match_expression& part : parts_)
    values.push_back(part.literal_);
  literal_ = *construct(std::move(values));
  form_ = form::literal;
  parts_.clear();
}

void match_expression::compile_tuple(const term& of, const match_variables& variables, std::size_t depth) {
  const auto elements = of.elements();
  if (elements.size() == 1 && elements[0].is_tuple()) {
    form_ = form::tuple;
    for (const term& element : elements[0].elements())
      parts_.emplace_back(element, variables, depth + 1);
    literal_ = elements[0];
    return collapse();
  }
  if (elements.empty() || !elements[0].is_atom()) throw match_fault{print_short(of) + " is no call of a function"};
  if (elements[0].is("const"_atom)) {
    if (elements.size() != 2) throw match_fault{"const takes one argument"};
    literal_ = elements[1];
    return;
  }
  compile_call(elements[0].as_atom(), elements.subspan(1), variables, depth);
}

void match_expression::compile_call(atom name, std::span<const term> arguments, const match_variables& variables,
                                    std::size_t depth) {
  const auto is_logic = [&](atom which, form what) {
    if (name == which && !arguments.empty()) form_ = what;
  };
  form_ = form::call;
  is_logic("and"_atom, form::and_);
  is_logic("or"_atom, form::or_);
  is_logic("andalso"_atom, form::andalso);
  is_logic("orelse"_atom, form::orelse);
  if (form_ == form::call) {
    function_ = find_match_function(name, arguments.size());
    if (function_ == nullptr)
      throw match_fault{"there is no function " + std::string{name.name()} + "/" + std::to_string(arguments.size())};
  }
  for (const term& argument : arguments)
    parts_.emplace_back(argument, variables, depth + 1);
}

// -- evaluating -------------------------------------------------------------------------------------------------------------------------

std::optional<term> match_expression::construct(std::vector<term> values) const {
  if (form_ == form::tuple) return tuple_of(std::move(values));
  if (form_ == form::list) {
    term tail = std::move(values.back());
    values.pop_back();
    return list_of(std::move(values), std::move(tail));
  }
  std::vector<std::pair<term, term>> pairs;
  for (std::size_t i = 0; i < values.size(); i += 2)
    pairs.emplace_back(std::move(values[i]), std::move(values[i + 1]));
  return map_of(std::move(pairs));
}

template <class Value>
std::optional<term> match_expression::evaluate_logic(const match_scope& in, Value value) const {
  const bool decisive = form_ == form::or_ || form_ == form::orelse; // the value that settles the matter
  const bool lazy = form_ == form::andalso || form_ == form::orelse;
  bool settled = false;
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    std::optional<term> part = value(parts_[i], in);
    if (lazy && i + 1 == parts_.size()) return part;
    if (!part || !part->is_boolean()) return std::nullopt;
    settled |= part->is(decisive ? true_atom : false_atom);
    if (settled && lazy) break;
  }
  return settled == decisive;
}

template <class Value>
std::optional<term> match_expression::evaluate(const match_scope& in, Value value) const {
  switch (form_) {
  case form::literal: return literal_;
  case form::variable: return *in.bindings[place_];
  case form::object: return in.object;
  case form::all_bindings: {
    std::vector<term> all;
    for (std::size_t i = 0; i < in.bindings.size(); ++i)
      all.push_back(*in.bindings[i]);
    return list_of(std::move(all));
  }
  case form::and_:
  case form::or_:
  case form::andalso:
  case form::orelse: return evaluate_logic(in, value);
  default: break;
  }
  std::vector<term> values;
  values.reserve(parts_.size());
  for (const match_expression& part : parts_) {
    std::optional<term> each = value(part, in);
    if (!each) return std::nullopt;
    values.push_back(*std::move(each));
  }
  if (form_ != form::call) return construct(std::move(values));
  try {
    return function_(values, in.by);
  } catch (const raised&) {
    return std::nullopt;
  }
}

std::optional<term> match_expression::guard_value(const match_scope& in) const {
  return evaluate(in, [](const match_expression& part, const match_scope& scope) { return part.guard_value(scope); });
}

term match_expression::body_value(const match_scope& in) const {
  auto value = evaluate(in, [](const match_expression& part, const match_scope& scope) -> std::optional<term> {
    return part.body_value(scope);
  });
  return value ? *std::move(value) : term{"EXIT"_atom};
}

} // namespace agner::internal
