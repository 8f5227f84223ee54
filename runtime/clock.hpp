// SPDX-License-Identifier: Apache-2.0
// What time it is. An interface, so that tests can move it by hand. Any thread.

#pragma once

#include <chrono>

namespace agner {

class clock {
public:
  using time_point = std::chrono::steady_clock::time_point;
  using duration = std::chrono::steady_clock::duration;
  using rep = duration::rep;

  virtual ~clock() = default;
  /// Never goes back. @erlang erlang:monotonic_time/0
  [[nodiscard]] virtual time_point now() const noexcept = 0;

  /// The machine's steady clock.
  static const clock& steady() noexcept;
};

} // namespace agner
