// SPDX-License-Identifier: Apache-2.0

#include "thread_state.hpp"

namespace agner::internal {

thread_state& this_thread() noexcept {
  static thread_local constinit thread_state state;
  return state;
}

} // namespace agner::internal
