// SPDX-License-Identifier: Apache-2.0

#include "match_program.hpp"

#include <algorithm>
#include <array>

#include "../../runtime/error.hpp"
#include "../../runtime/reasons.hpp"
#include "../../runtime/term_views.hpp"

namespace agner::internal {

namespace {

const term& part(const term& clause, std::size_t index) {
  if (!clause.is_tuple() || clause.size() != 3) throw match_fault{"a clause is a tuple of head, guards and body"};
  return clause[index];
}

std::vector<match_expression> expressions(const term& of, const match_variables& variables, const char* what) {
  std::vector<match_expression> made;
  if (!of.is_list() || !of.as_list().is_proper()) throw match_fault{std::string{what} + " is no list"};
  for (const term& each : list_view{of})
    made.emplace_back(each, variables);
  return made;
}

/// Whether the expression @p b builds, from what the pattern @p a takes, exactly that. @source OTP 25 erl_db_util, db_match_eq_body
bool builds_what_it_takes(const term& a, const term& b, bool constant, std::size_t depth = 0) {
  if (depth > match_depth_max) return false;
  const auto same = [&](const term& x, const term& y, bool as_is) {
    return builds_what_it_takes(x, y, as_is, depth + 1);
  };
  if (b.is_cons()) return a.is_cons() && same(a.head(), b.head(), constant) && same(a.tail(), b.tail(), constant);
  if (b.is_map()) return false; // what it took may have more pairs
  if (b.is_tuple() && !constant) {
    if (b.size() == 2 && b[0].is("const"_atom)) return same(a, b[1], true);
    if (b.size() != 1 || !b[0].is_tuple()) return false;
    const term& made = b[0];
    if (!a.is_tuple() || a.size() != made.size()) return false;
    for (std::size_t i = 0; i < made.size(); ++i)
      if (!same(a[i], made[i], false)) return false;
    return true;
  }
  if (b.is_tuple()) {
    if (!a.is_tuple() || a.size() != b.size()) return false;
    for (std::size_t i = 0; i < b.size(); ++i)
      if (!same(a[i], b[i], true)) return false;
    return true;
  }
  if (a != b || a.is("_"_atom) || a.is("$$"_atom) || a.is("$_"_atom)) return false;
  return !constant || !match_variable(a);
}

} // namespace

match_program::clause::clause(const term& of)
    : source(of),
      head(part(of, 0), variables),
      guards(expressions(of[1], variables, "the guard")),
      body(expressions(of[2], variables, "the body")) {
  if (body.empty()) throw match_fault{"the body gives nothing"};
}

match_program::match_program(const term& specification) {
  if (!specification.is_list() || !specification.as_list().is_proper())
    throw match_fault{"a match specification is a list of clauses"};
  for (const term& each : list_view{specification})
    clauses_.emplace_back(each);
}

std::shared_ptr<const match_program> match_program::of(const term& specification) {
  if (const auto* compiled = resource_as<match_program>(specification))
    return {std::make_shared<term>(specification), compiled};
  try {
    return std::make_shared<match_program>(specification);
  } catch (const match_fault&) {
    raise_error(reasons::badarg);
  }
}

std::optional<term> match_program::run(const term& object, const match_caller& by, match_bindings& scratch) const {
  for (const clause& each : clauses_) {
    scratch.reset(each.variables.count());
    if (!each.head.take(object, scratch)) continue;
    const match_scope scope{object, scratch, by};
    const bool passes = std::ranges::all_of(each.guards, [&](const match_expression& guard) {
      const auto value = guard.guard_value(scope);
      return value && value->is(true_atom);
    });
    if (!passes) continue;
    for (std::size_t i = 0; i + 1 < each.body.size(); ++i)
      (void)each.body[i].body_value(scope);
    return each.body.back().body_value(scope);
  }
  return std::nullopt;
}

std::optional<std::vector<term>> match_program::keys(std::size_t keypos) const {
  std::vector<term> all;
  for (const clause& each : clauses_) {
    const term& head = each.source[0];
    if (!each.head.takes_all() && !head.is_tuple()) continue; // takes no object
    if (head.is_tuple() && head.size() < keypos) continue;
    const match_pattern* const key = each.head.element(keypos - 1);
    const term* const ground = each.head.ground() != nullptr ? &head[keypos - 1]
                               : key != nullptr              ? key->ground()
                                                             : nullptr;
    if (ground == nullptr) return std::nullopt;
    if (std::ranges::find(all, *ground) == all.end()) all.push_back(*ground);
  }
  return all;
}

bool match_program::keeps_key(std::size_t keypos) const {
  return std::ranges::all_of(clauses_, [&](const clause& each) { return keeps_key(each, keypos); });
}

// @source OTP 25 erl_db_util, db_match_keeps_key
bool match_program::keeps_key(const clause& of, std::size_t keypos) {
  const term& head = of.source[0];
  const term& body = of.source[2];
  if (of.body.size() != 1) return false;
  const term& value = body.head();
  if (value.is("$_"_atom)) return true;
  if (!value.is_tuple() || !head.is_tuple() || head.size() < keypos) return false;
  const bool constant = value.size() == 2 && value[0].is("const"_atom);
  if (!constant && value.size() != 1) return false;
  const term& made = constant ? value[1] : value[0];
  if (!made.is_tuple() || made.size() < keypos) return false;
  const term& key = made[keypos - 1];
  if (builds_what_it_takes(head[keypos - 1], key, constant)) return true;
  return !constant && key.is_tuple() && key.size() == 3 && key[0].is("element"_atom) && key[1] == term{keypos} &&
         key[2].is("$_"_atom);
}

} // namespace agner::internal
