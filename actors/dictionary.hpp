// SPDX-License-Identifier: Apache-2.0
// The process dictionary: what a process knows by key, without passing it along. It ends with the process. All raise `not_a_process` outside one.
// In a namespace of its own, since many a program has messages called get and put.

#pragma once

#include <utility>
#include <vector>

#include "../runtime/term.hpp"

namespace agner::dictionary {

/// Sets the value of @p key, which is compared with `=:=`. @returns what it was, `undefined` if nothing. @erlang put/2
term put(const term& key, term value);
/// @returns the value of @p key, `undefined` if there is none. @erlang get/1
[[nodiscard]] term get(const term& key);
/// All pairs, in no order. @erlang get/0
[[nodiscard]] std::vector<std::pair<term, term>> get();
/// @erlang get_keys/0
[[nodiscard]] std::vector<term> get_keys();
/// The keys with the value @p value. @erlang get_keys/1
[[nodiscard]] std::vector<term> get_keys(const term& value);
/// Takes @p key out. @returns its value, `undefined` if there was none. @erlang erase/1
term erase(const term& key);
/// Takes all out. @returns the pairs. @erlang erase/0
std::vector<std::pair<term, term>> erase();

} // namespace agner::dictionary
