// SPDX-License-Identifier: Apache-2.0

#include "reference.hpp"

#include <algorithm>
#include <array>
#include <new>

#include "error.hpp"
#include "internal/term_layout.hpp"
#include "reasons.hpp"
#include "term_order.hpp"

namespace agner {

using internal::long_reference_node;
using internal::term_access;

namespace {

term inline_reference(std::uint64_t low, std::uint32_t third, incarnation home) noexcept {
  return term_access::make(term_kind::reference, low, third, home);
}

term long_reference(std::span<const std::uint32_t> words, incarnation home) {
  auto* const node = static_cast<long_reference_node*>(internal::allocate_node(sizeof(long_reference_node)));
  std::construct_at(&node->head, internal::node_kind::long_reference, static_cast<std::uint32_t>(words.size()));
  node->words = {};
  std::ranges::copy(words, node->words.begin());
  return term_access::adopt(term_kind::long_reference, node, 0, home);
}

} // namespace

reference::reference() noexcept : term_(inline_reference(0, 0, {})) {}

reference::reference(std::uint64_t unique, std::uint32_t third, incarnation home) noexcept
    : term_(inline_reference(unique, third, home)) {}

reference::reference(std::span<const std::uint32_t> words, incarnation home) {
  if (words.empty() || words.size() > words_max) raise_error(reasons::badarg);
  term_ = words.size() == 3 ? inline_reference(std::uint64_t{words[1]} << 32U | words[0], words[2], home)
                            : long_reference(words, home);
}

incarnation reference::home() const noexcept { return term_access::home(term_); }

std::size_t reference::words(std::span<std::uint32_t, words_max> into) const noexcept {
  if (term_.kind() == term_kind::reference) {
    const std::uint64_t low = term_access::payload(term_);
    into[0] = static_cast<std::uint32_t>(low);
    into[1] = static_cast<std::uint32_t>(low >> 32U);
    into[2] = term_access::aux(term_);
    return 3;
  }
  const auto& node = term_access::as<const long_reference_node>(term_);
  std::ranges::copy(std::span{node.words}.first(node.count()), into.begin());
  return node.count();
}

} // namespace agner

std::size_t std::hash<agner::reference>::operator()(const agner::reference& r) const noexcept {
  return agner::hash(r.as_term());
}
