// SPDX-License-Identifier: Apache-2.0
// Each of these must not compile: C's exit would end the OS process.

#include <cstdlib>

#include <agner/actors/process.hpp>

namespace agner {

task<> ends() {
#if defined(HAS_INT)
  exit(7);
#elif defined(HAS_LONG)
  exit(7L);
#elif defined(HAS_UNSIGNED)
  exit(7U);
#elif defined(HAS_BOOL)
  exit(true);
#else
  exit(term{7});
#endif
  co_return;
}

} // namespace agner

using namespace agner;

task<> ends_too() {
#if defined(HAS_INT_BESIDE_THE_OTHER)
  exit(7);
#endif
  co_return;
}
