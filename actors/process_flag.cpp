// SPDX-License-Identifier: Apache-2.0

#include "process_flag.hpp"

#include "../runtime/error.hpp"
#include "../runtime/process_core.hpp"
#include "../runtime/reasons.hpp"

namespace agner {

term process_flag(const term& flag, const term& value) { return internal::current_process().set_flag(flag, value); }

void bump_reductions(int reductions) {
  if (reductions < 1) raise_error(reasons::badarg);
  internal::current_process().spend(reductions);
}

} // namespace agner
