// SPDX-License-Identifier: Apache-2.0
// Terms under keys that are read all the time and changed hardly ever: Erlang's persistent_term. One store a node. Reading takes no lock that another worker takes, and copies
// nothing; a value lives on for those who hold it, so nobody is disturbed when it is replaced. Mechanism: docs/shared-state.md.

#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "../runtime/struct_mapping.hpp"
#include "../runtime/term.hpp"

namespace agner::persistent_term {

namespace internal {
void put(const term& key, term value);
bool put_new(const term& key, term value);
} // namespace internal

/// Keys compare by `=:=`. Replaces the value. @context a process @errors raises `not_a_process` @erlang persistent_term:put/2
template <class Value>
void put(const term& key, Value&& value) {
  internal::put(key, to_term(std::forward<Value>(value)));
}
/// Puts where nothing is yet, or the same. @errors raises `badarg`  there is another value @erlang persistent_term:put_new/2
template <class Value>
void put_new(const term& key, Value&& value) {
  if (!internal::put_new(key, to_term(std::forward<Value>(value)))) raise_error("badarg"_atom);
}
/// @errors raises `badarg`  there is no such key @erlang persistent_term:get/1
[[nodiscard]] term get(const term& key);
/// @erlang persistent_term:get/2
[[nodiscard]] term get(const term& key, const term& otherwise);
/// All keys and values. @erlang persistent_term:get/0
[[nodiscard]] std::vector<std::pair<term, term>> get();
/// @returns whether there was such a key @erlang persistent_term:erase/1
bool erase(const term& key);
/// `#{count => Keys, memory => Bytes}`, the bytes without those of the values, which may be shared. @erlang persistent_term:info/0
[[nodiscard]] term info();

} // namespace agner::persistent_term
