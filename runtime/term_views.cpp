// SPDX-License-Identifier: Apache-2.0

#include "term_views.hpp"

#include "internal/term_layout.hpp"

namespace agner {

using internal::segment_node;
using internal::term_access;

namespace {

/// The segment that @p list is in; null where it is no list with elements.
const segment_node* segment_of(const term& list) noexcept {
  return list.is_cons() ? &term_access::as<const segment_node>(list) : nullptr;
}

} // namespace

void list_view::iterator::enter(const internal::heap_node* segment, std::size_t offset) noexcept {
  segment_ = segment;
  const auto* const elements = reinterpret_cast<const segment_node*>(segment)->elements();
  at_ = elements + offset;
  end_ = elements + segment->size();
}

void list_view::iterator::leave_segment() noexcept {
  const term& tail = reinterpret_cast<const segment_node*>(segment_)->tail;
  if (const auto* const next = segment_of(tail)) {
    enter(&next->head, term_access::aux(tail));
  } else {
    *this = {};
  }
}

list_view::list_view(const term& list) noexcept : list_(list) {
  if (const auto* const segment = segment_of(list)) begin_.enter(&segment->head, term_access::aux(list));
}

std::size_t list_view::size() const noexcept {
  std::size_t count = 0;
  for (const term* rest = &list_; const auto* const segment = segment_of(*rest); rest = &segment->tail) {
    count += segment->head.size() - term_access::aux(*rest);
  }
  return count;
}

term list_view::last_tail() const {
  const term* rest = &list_;
  while (const auto* const segment = segment_of(*rest))
    rest = &segment->tail;
  return *rest;
}

} // namespace agner
