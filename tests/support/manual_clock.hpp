// SPDX-License-Identifier: Apache-2.0
// A clock that stands still until it is moved. One thread.

#pragma once

#include <agner/runtime/clock.hpp>

namespace agner::test {

class manual_clock final : public clock {
public:
  [[nodiscard]] time_point now() const noexcept override { return now_; }

  void advance(duration by) noexcept { now_ += by; }
  /// Moves to @p at, never back.
  void advance_to(time_point at) noexcept {
    if (at > now_) now_ = at;
  }

private:
  time_point now_{std::chrono::hours{1}};
};

} // namespace agner::test
