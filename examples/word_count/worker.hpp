// SPDX-License-Identifier: Apache-2.0
// What runs on a node that counts: a foreman, who hires workers when the coordinator asks, and the workers.

#pragma once

#include <agner/actors/gen_server.hpp>

#include "messages.hpp"

namespace word_count {

/// Counts the files that come until @p coordinator is gone.
task<> worker(pid coordinator);

/// Ends when the coordinator that hired does.
class foreman {
public:
  hired handle_call(hire what, const gen_server::from& who);
  static gen_server::outcome handle_info(const down& /*of the coordinator*/) {
    return gen_server::outcome::stop("normal"_atom);
  }
};

} // namespace word_count
