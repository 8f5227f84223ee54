// SPDX-License-Identifier: Apache-2.0

#include "signal.hpp"

#include <new>

#include "internal/dying.hpp"
#include "internal/term_layout.hpp"

namespace agner::internal {

signal* new_signal(signal_kind what, signal_priority urgency) {
  return ::new (allocate_node(sizeof(signal))) signal(what, urgency);
}

envelope* new_envelope(term message) { return ::new (allocate_node(sizeof(envelope))) envelope(std::move(message)); }

void free_signal(heap_node* node) noexcept {
  node->next = nullptr;
  release(node);
}

std::size_t dismantle_signal(heap_node* node, dying& others) noexcept {
  if (node->kind() == node_kind::envelope) {
    others.drop(static_cast<envelope*>(node)->message);
    return sizeof(envelope);
  }
  const auto* s = static_cast<signal*>(node);
  others.drop(s->ref);
  others.drop(s->value);
  return sizeof(signal);
}

heap_node* message_node(term&& message) {
  if (message.is_tuple()) {
    heap_node* const node = term_access::node(message);
    if (node != nullptr && node->refs.load(std::memory_order_acquire) == 1)
      return term_access::leak(std::move(message));
  }
  return new_envelope(std::move(message));
}

term take_message(heap_node* node) noexcept {
  if (node->kind() == node_kind::tuple) {
    node->next = nullptr;
    return term_access::adopt(term_kind::tuple, node, node->size());
  }
  term message = std::move(static_cast<envelope*>(node)->message);
  free_signal(node);
  return message;
}

} // namespace agner::internal
