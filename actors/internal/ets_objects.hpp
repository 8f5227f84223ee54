// SPDX-License-Identifier: Apache-2.0
// What the two stores of a table, hash and tree, have in common.

#pragma once

#include <boost/container/small_vector.hpp>

#include <cstdint>
#include <span>

#include "../../runtime/term.hpp"
#include "../ets_options.hpp"

namespace agner::internal {

/// Terms that a table let go of: they are destroyed when nobody is locked out any more.
using discarded_terms = boost::container::small_vector<term, 4>;

/// Where a traversal is: behind the objects with this key.
struct ets_position {
  std::uint64_t hash = 0;
  term key;
};

/// What a sweep does with an object.
struct ets_verdict {
  enum class what : std::uint8_t { keep, remove, replace };
  what is = what::keep;
  term replacement; // has the same key
};

/// Objects with one key: one in most tables.
using ets_objects = boost::container::small_vector<term, 1>;

} // namespace agner::internal
