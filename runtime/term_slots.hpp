// SPDX-License-Identifier: Apache-2.0
// Compound terms whose places are filled after they are made, for decoders: one pass, no copies. And the way back: lists as their runs, for encoders.
// What is made here is seen by nobody else until it is filled. Any thread.

#pragma once

#include <cstddef>
#include <span>

#include "term.hpp"

namespace agner::internal {

/// A list of @p length elements, 1 to `heap_node::size_max`, all `[]` and in a row from @p elements on, followed by `[]` at @p tail.
/// @errors raises `system_limit`
term new_list(std::size_t length, term*& elements, term*& tail);

/// A map of @p size pairs, key and value in turn from @p places on, all `[]`. It is no map before `order_map` has returned true.
/// @errors raises `system_limit`
term new_map(std::size_t size, term*& places);

/// Puts the pairs of @p map into the order of their keys. @returns false where two keys are equal: the map is then good for nothing but destruction.
bool order_map(const term& map);

/// The elements of a list that lie in a row, and what follows them: another list, `[]`, or an improper tail.
struct list_run {
  std::span<const term> elements;
  const term* tail;
};

/// The first run of @p list, which is not empty. Valid while a term that shares the list lives.
list_run first_run(const term& list) noexcept;

} // namespace agner::internal
