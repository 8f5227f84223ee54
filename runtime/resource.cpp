// SPDX-License-Identifier: Apache-2.0

#include "resource.hpp"

#include <array>
#include <new>

#include "internal/term_layout.hpp"

namespace agner {

using internal::long_reference_node;
using internal::resource_node;
using internal::term_access;

// Two words, so that it equals no reference that agner makes otherwise.
reference resource_reference(const reference& fresh, std::unique_ptr<resource> what) {
  constexpr std::uint32_t words = 2;
  std::array<std::uint32_t, reference::words_max> number{};
  fresh.words(number);
  auto* const node = static_cast<resource_node*>(internal::allocate_node(sizeof(resource_node)));
  std::construct_at(&node->head, internal::node_kind::long_reference, words | long_reference_node::owns);
  node->words = {number[0], number[1]};
  node->held = what.release();
  return reference{term_access::adopt(term_kind::long_reference, node, 0, fresh.home())};
}

resource* resource_of(const term& of) noexcept {
  if (of.kind() != term_kind::long_reference) return nullptr;
  const auto& node = term_access::as<const long_reference_node>(of);
  return node.is_owner() ? static_cast<const resource_node&>(node).held : nullptr;
}

} // namespace agner
