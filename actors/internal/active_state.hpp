// SPDX-License-Identifier: Apache-2.0
// The option `active` as it changes while messages come: pure, shared by what delivers messages in active mode.

#pragma once

#include <cstdint>
#include <limits>

#include "../../runtime/error.hpp"
#include "../inet_options.hpp"

namespace agner::internal {

class active_state {
public:
  /// Whether messages go to the controlling process.
  [[nodiscard]] bool on() const noexcept { return kind_ != kind::off; }
  /// What getopts tells.
  [[nodiscard]] inet::active_option value() const noexcept {
    switch (kind_) {
    case kind::on: return true;
    case kind::once: return inet::once;
    case kind::counted: return count_;
    case kind::off: break;
    }
    return false;
  }

  /// Obeys setopts. A count is added to one that stands. @returns whether it has come to zero or below, which makes the socket passive: the owner is told
  /// @errors `einval`  the sum is more than 32767 or less than -32768 @source OTP 25 inet manual, {active, N}
  result<bool> change(inet::active_option to) {
    if (to.what() != kind::counted) {
      kind_ = to.what();
      return false;
    }
    const int sum = (kind_ == kind::counted ? count_ : 0) + to.count();
    if (sum > std::numeric_limits<std::int16_t>::max() || sum < std::numeric_limits<std::int16_t>::min())
      return fail("einval"_atom);
    kind_ = sum > 0 ? kind::counted : kind::off;
    count_ = sum;
    return sum <= 0;
  }

  /// One message was delivered. @returns whether that was the last of a count: the owner is told
  bool delivered() noexcept {
    if (kind_ == kind::once) kind_ = kind::off;
    if (kind_ != kind::counted || --count_ > 0) return false;
    kind_ = kind::off;
    return true;
  }

private:
  using kind = inet::active_option::kind;
  kind kind_ = kind::off;
  int count_ = 0;
};

} // namespace agner::internal
