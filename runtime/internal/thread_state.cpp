// SPDX-License-Identifier: Apache-2.0

#include "thread_state.hpp"

#include "../error.hpp"
#include "../process_core.hpp"

namespace agner::internal {

namespace {
thread_local constinit thread_state state;
} // namespace

thread_state& this_thread() noexcept { return state; }

process_core* current_process_or_null() noexcept { return state.process; }

process_core& current_process() {
  if (state.process == nullptr) [[unlikely]]
    raise_error("not_a_process"_atom);
  return *state.process;
}

} // namespace agner::internal
