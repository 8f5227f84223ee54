// SPDX-License-Identifier: Apache-2.0
// The controlling process of a socket: who it is, that it ended, and that it becomes another one. Used in the process of the socket.

#pragma once

#include "../../runtime/error.hpp"
#include "../../runtime/reference.hpp"
#include "../links.hpp"
#include "../send.hpp"

namespace agner::internal {

class socket_owner {
public:
  explicit socket_owner(const pid& process) : process_(process), gone_(monitor(process)) {}

  [[nodiscard]] const pid& process() const noexcept { return process_; }
  /// Whether the DOWN under @p monitor is that of the owner.
  [[nodiscard]] bool is_gone(const reference& monitor) const noexcept { return monitor == gone_; }

  /// @returns whether there is anything to change. @errors `not_owner`; `badarg`  @p next is no live local process
  [[nodiscard]] result<bool> may_become(const pid& by, const term& next) const {
    const auto to = next.to_pid();
    if (to == process_) return false;
    if (by != process_) return fail("not_owner"_atom);
    if (!to || !this_node().is_alive(*to)) return fail("badarg"_atom);
    return true;
  }

  void become(const pid& next) {
    demonitor(gone_);
    process_ = next;
    gone_ = monitor(next);
  }

private:
  pid process_;
  reference gone_;
};

} // namespace agner::internal
