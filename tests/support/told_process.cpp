// SPDX-License-Identifier: Apache-2.0

#include "told_process.hpp"

#include <agner/runtime/internal/relations.hpp>

namespace agner::test {

bonds bonds_of_this_process() {
  bonds found;
  internal::relations& all = internal::current_process().bonds();
  found.links_and_unlinks = all.links.size();
  all.links.for_each([&](const pid& other, const internal::link_state& state) {
    if (state.unlinking == 0) found.links.push_back(other);
  });
  found.monitors = all.monitors.size();
  all.watchers.for_each(
      [&](const reference&, const internal::watcher_state& state) { found.monitored_by.push_back(state.watcher); });
  return found;
}

} // namespace agner::test
