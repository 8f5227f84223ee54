// SPDX-License-Identifier: Apache-2.0

#include "hibernate.hpp"

namespace agner::internal {

bool hibernation::await_ready() const {
  process_core& me = current_process();
  if (!me.take_signals() || me.messages().size() == 0) return false;
  return me.spend(1);
}

void hibernation::await_suspend(std::coroutine_handle<> awaiting) {
  process_core& me = current_process();
  me.give_back_memory();
  me.park(this, awaiting);
}

} // namespace agner::internal
