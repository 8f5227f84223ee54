// SPDX-License-Identifier: Apache-2.0

#include "match_pattern.hpp"

#include <algorithm>
#include <utility>

#include "../../runtime/term_views.hpp"

namespace agner::internal {

std::optional<std::uint32_t> match_variable(const term& of) {
  constexpr std::size_t digits_max = 9;
  const auto name = of.to_atom();
  if (!name) return std::nullopt;
  const std::string_view text = name->name();
  if (text.size() < 2 || text.size() > digits_max + 1 || text[0] != '$') return std::nullopt;
  if (text[1] == '0' && text.size() > 2) return std::nullopt;
  std::uint32_t number = 0;
  for (const char digit : text.substr(1)) {
    if (digit < '0' || digit > '9') return std::nullopt;
    number = number * 10 + static_cast<std::uint32_t>(digit - '0');
  }
  return number;
}

void match_variables::add(std::uint32_t number) {
  const auto at = std::ranges::lower_bound(numbers_, number);
  if (at == numbers_.end() || *at != number) numbers_.insert(at, number);
}

std::optional<std::size_t> match_variables::place(std::uint32_t number) const {
  const auto at = std::ranges::lower_bound(numbers_, number);
  if (at == numbers_.end() || *at != number) return std::nullopt;
  return static_cast<std::size_t>(at - numbers_.begin());
}

match_pattern::match_pattern(const term& head, match_variables& variables) {
  collect(head, variables);
  *this = compile(head, variables, 0);
}

void match_pattern::collect(const term& of, match_variables& variables) {
  std::vector<const term*> pending{&of};
  std::forward_list<term> tails;
  while (!pending.empty()) {
    const term& next = *pending.back();
    pending.pop_back();
    if (const auto number = match_variable(next)) variables.add(*number);
    for (const term& element : next.elements())
      pending.push_back(&element);
    if (next.is_cons()) {
      const list_view elements{next};
      for (const term& element : elements)
        pending.push_back(&element);
      pending.push_back(&tails.emplace_front(elements.last_tail()));
    }
    if (!next.is_map()) continue;
    for (const auto& [key, value] : next.as_map()) {
      if (match_variable(key) || key.is("_"_atom)) throw match_fault{"a key of a map is a variable or '_'"};
      pending.push_back(&value);
    }
  }
}

match_pattern match_pattern::compile(const term& of, const match_variables& variables, std::size_t depth) {
  if (depth > match_depth_max) throw match_fault{"nested too deep"};
  match_pattern made;
  const auto add = [&](const term& part) { made.parts_.push_back(compile(part, variables, depth + 1)); };
  const auto is_literal = [](const match_pattern& part) { return part.form_ == form::literal; };
  if (of.is("_"_atom)) return made;
  if (const auto number = match_variable(of)) {
    made.form_ = form::variable;
    made.place_ = *variables.place(*number);
    return made;
  }
  made.literal_ = of;
  if (of.is_tuple()) {
    made.form_ = form::tuple;
    std::ranges::for_each(of.elements(), add);
  } else if (of.is_cons()) {
    made.form_ = form::list;
    const list_view elements{of};
    std::ranges::for_each(elements, add);
    add(elements.last_tail());
  } else if (of.is_map()) { // never a literal: what it takes may have more pairs
    made.form_ = form::map;
    for (const auto& [key, value] : of.as_map()) {
      made.keys_.push_back(key);
      add(value);
    }
    return made;
  } else {
    made.form_ = form::literal;
  }
  if (std::ranges::all_of(made.parts_, is_literal)) {
    made.form_ = form::literal;
    made.parts_.clear();
  }
  return made;
}

bool match_pattern::take(const term& of, match_bindings& bindings) const {
  switch (form_) {
  case form::any: return true;
  case form::literal: return of == literal_;
  case form::variable:
    if (const term* bound = bindings[place_]) return *bound == of;
    bindings.bind(place_, of);
    return true;
  case form::tuple: {
    if (!of.is_tuple() || of.size() != parts_.size()) return false;
    const auto elements = of.elements();
    for (std::size_t i = 0; i < parts_.size(); ++i)
      if (!parts_[i].take(elements[i], bindings)) return false;
    return true;
  }
  case form::list: return take_list(of, bindings);
  case form::map: return take_map(of, bindings);
  }
  return false;
}

bool match_pattern::take_list(const term& of, match_bindings& bindings) const {
  const match_pattern& tail = parts_.back();
  const term* rest = &of;
  for (std::size_t i = 0; i + 1 < parts_.size(); ++i) {
    if (!rest->is_cons() || !parts_[i].take(rest->head(), bindings)) return false;
    if (i + 2 == parts_.size() && tail.form_ == form::any) return true;
    rest = &bindings.keep(rest->tail());
  }
  return tail.take(*rest, bindings);
}

bool match_pattern::take_map(const term& of, match_bindings& bindings) const {
  if (!of.is_map() || of.size() < parts_.size()) return false;
  const map_view pairs = of.as_map();
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    const term* const value = pairs.find(keys_[i]);
    if (value == nullptr || !parts_[i].take(*value, bindings)) return false;
  }
  return true;
}

} // namespace agner::internal
