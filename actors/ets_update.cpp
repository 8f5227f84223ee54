// SPDX-License-Identifier: Apache-2.0
// Changing elements of one object in place: update_element and update_counter.

#include <optional>
#include <utility>

#include "../runtime/arithmetic.hpp"
#include "../runtime/reasons.hpp"
#include "../runtime/term_order.hpp"
#include "../runtime/term_views.hpp"
#include "ets.hpp"
#include "internal/ets_hold.hpp"

namespace agner::ets {

using agner::internal::discarded_terms;
using agner::internal::ets_hold;
using agner::internal::ets_key_hash;
using agner::internal::ets_right;
using agner::internal::ets_table;

namespace {

[[noreturn]] void refuse() { raise_error(reasons::badarg); }

/// The tuples of a list of them, or the one that @p of is.
std::vector<term> tuples(const term& of) {
  if (of.is_tuple()) return {of};
  if (!of.is_list() || !of.as_list().is_proper()) refuse();
  const list_view all{of};
  for (const term& each : all)
    if (!each.is_tuple()) refuse();
  return {all.begin(), all.end()};
}

/// Index from 0 of the element at @p position, which may not be the key.
std::size_t index_of(const term& position, std::size_t arity, std::size_t keypos) {
  const auto at = position.to_int64();
  if (!at || *at < 1 || std::cmp_greater(*at, arity) || std::cmp_equal(*at, keypos)) refuse();
  return static_cast<std::size_t>(*at) - 1;
}

/// Changes the object with @p key, or what stands for it, by `change(elements, keypos)`; gives the change's value, nothing without an object.
template <class Change>
auto change_object(const table& in, const term& key, const term* otherwise, Change change)
    -> std::optional<decltype(change(std::declval<std::vector<term>&>(), std::size_t{}))> {
  discarded_terms gone;
  const std::uint64_t hash = ets_key_hash(key);
  const ets_hold held{in.as_term(), ets_right::write, ets_hold::mode::exclusive, hash};
  if (held->is_bag()) refuse();
  const auto found = held->find(hash, key);
  if (found.empty() && otherwise == nullptr) return std::nullopt;
  const term& object = found.empty() ? *otherwise : found[0];
  if (object.size() < held->keypos()) refuse();
  std::vector<term> elements{object.elements().begin(), object.elements().end()};
  if (found.empty()) elements[held->keypos() - 1] = key;
  auto value = change(elements, held->keypos());
  held->put(hash, tuple_of(std::move(elements)), gone);
  return value;
}

// -- elements ---------------------------------------------------------------------------------------------------------------------------

bool update_elements(const table& in, const term& key, const term& changes, const term* otherwise) {
  const auto all = tuples(changes);
  for (const term& each : all)
    if (each.size() != 2 || !each[0].to_int64()) refuse();
  if (otherwise != nullptr && !otherwise->is_tuple()) refuse();
  return change_object(in, key, otherwise,
                       [&](std::vector<term>& elements, std::size_t keypos) {
                         for (const term& each : all)
                           elements[index_of(each[0], elements.size(), keypos)] = each[1];
                         return true;
                       })
      .has_value();
}

// -- counters -----------------------------------------------------------------------------------------------------------------------------

void require_counting(const term& operation) {
  if (operation.size() != 2 && operation.size() != 4) refuse();
  for (const term& each : operation.elements())
    if (!each.is_integer()) refuse();
}

/// @p value as @p operation leaves it.
term counted(const term& value, const term& operation) {
  if (!value.is_integer()) refuse();
  const term& increment = operation[1];
  term sum = arithmetic::add(value, increment);
  if (operation.size() == 2) return sum;
  const bool down = compare(increment, 0) < 0;
  const auto order = compare(sum, operation[2]);
  return (down ? order < 0 : order > 0) ? operation[3] : sum;
}

term count(const table& in, const term& key, const term& operations, const term* otherwise) {
  const bool many = operations.is_list();
  std::vector<term> all;
  if (operations.is_integer())
    all.push_back(tuple(term{}, operations)); // the place is that behind the key
  else
    all = tuples(operations);
  if (!operations.is_integer())
    for (const term& each : all)
      require_counting(each);
  if (otherwise != nullptr && !otherwise->is_tuple()) refuse();
  const auto values = change_object(in, key, otherwise, [&](std::vector<term>& elements, std::size_t keypos) {
    std::vector<term> results;
    for (const term& each : all) {
      const term position = each[0].is_nil() ? term{keypos + 1} : each[0];
      term& element = elements[index_of(position, elements.size(), keypos)];
      element = counted(element, each);
      results.push_back(element);
    }
    return results;
  });
  if (!values) refuse();
  return many ? list_of(*values) : values->front();
}

} // namespace

bool update_element(const table& in, const term& key, const term& elements) {
  return update_elements(in, key, elements, nullptr);
}
bool update_element(const table& in, const term& key, const term& elements, const term& otherwise) {
  return update_elements(in, key, elements, &otherwise);
}
term update_counter(const table& in, const term& key, const term& operations) {
  return count(in, key, operations, nullptr);
}
term update_counter(const table& in, const term& key, const term& operations, const term& otherwise) {
  return count(in, key, operations, &otherwise);
}

} // namespace agner::ets
