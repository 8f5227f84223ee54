// SPDX-License-Identifier: Apache-2.0
// What a connection remembers of a handshake that pauses at the peer's hello.

#pragma once

#include "../../runtime/term.hpp"

namespace agner::ssl::internal {

struct paused_hello {
  /// A map: hello_extensions.hpp.
  term extensions;
  /// handshake_continue has brought options.
  bool more_options = false;
};

} // namespace agner::ssl::internal
