// SPDX-License-Identifier: Apache-2.0
// What a table of ets is made with. The functions on tables: ets.hpp.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "../runtime/term.hpp"

namespace agner::ets {

/// How many objects may have a key, and how keys compare: by `=:=`, in an ordered_set by `==`.
enum class type : std::uint8_t { set, ordered_set, bag, duplicate_bag };

/// Who may read and who may write besides the owner: both, read only, nobody.
enum class access : std::uint8_t { public_, protected_, private_ };

/// Who gets a table when its owner ends, with the message {'ETS-TRANSFER', Table, Owner, Data}.
struct heir {
  pid process;
  term data;
};

/// @erlang ets:new/2
struct table_options {
  ets::type type = ets::type::set;
  ets::access access = ets::access::protected_;
  bool named_table = false;
  /// Which element of an object is its key, from 1.
  std::size_t keypos = 1;
  std::optional<ets::heir> heir;
  /// Reads that never meet in a cache line, at the price of writes that take every lock. Without it, readers of different keys seldom meet.
  bool read_concurrency = false;
  /// `false`, `true` or `auto`: kept for info/2. Writers of different keys never exclude each other but by chance.
  term write_concurrency = false;
  /// Kept for info/2.
  bool decentralized_counters = false;
  /// Kept for info/2: terms are shared with whoever holds them, so there is nothing to compress.
  bool compressed = false;

  /// Erlang's list of options: `[bag, public, {keypos, 2}]`. @errors raises `badarg`  one is unknown or wrong
  static table_options from_term(const term& list);
};

} // namespace agner::ets
