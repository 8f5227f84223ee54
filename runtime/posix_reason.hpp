// SPDX-License-Identifier: Apache-2.0
// Error numbers of the operating system as Erlang names them: `econnrefused`, `eaddrinuse`. Any thread.

#pragma once

#include <string>

#include "atom.hpp"

namespace agner {

/// The atom for @p number, an errno: its name in small letters, `unknown` where it has none. @erlang inet:posix()
[[nodiscard]] atom posix_reason(int number);

/// A sentence for a reason that posix_reason gives; empty for any other atom.
[[nodiscard]] std::string posix_text(atom reason);

} // namespace agner
