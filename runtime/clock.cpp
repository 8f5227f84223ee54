// SPDX-License-Identifier: Apache-2.0

#include "clock.hpp"

namespace agner {

const clock& clock::steady() noexcept {
  class machine_clock final : public clock {
    [[nodiscard]] time_point now() const noexcept override { return std::chrono::steady_clock::now(); }
  };
  static const machine_clock machine;
  return machine;
}

} // namespace agner
