// SPDX-License-Identifier: Apache-2.0
// Registered names on the node of the current process.

#pragma once

#include <optional>
#include <vector>

#include "../runtime/error.hpp"
#include "send.hpp"

namespace agner {

/// Gives a local process a name. It loses it when it ends.
/// @errors raises `badarg`  the name is taken or `undefined`; the process has a name, has ended or is not local
/// @erlang register/2
void register_(atom name, const pid& of);

/// @errors raises `badarg`  nobody has the name. @erlang unregister/1
void unregister(atom name);

/// The process with this name, nothing where there is none (Erlang: `undefined`). @erlang whereis/1
[[nodiscard]] std::optional<pid> whereis(atom name);

/// @erlang registered/0
[[nodiscard]] std::vector<atom> registered();

} // namespace agner
