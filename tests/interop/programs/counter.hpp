// SPDX-License-Identifier: Apache-2.0
// A gen_server that adds up, and crashes when told to: `get` and {add, K} give the sum, cast {add, K} adds quietly, `crash` ends it with `crashed`.

#pragma once

#include <agner/actors/gen_server.hpp>

#include <cstdint>

namespace agner::interop {

struct get {
  static constexpr auto tag = "get"_atom;
};
struct add {
  static constexpr auto tag = "add"_atom;
  std::int64_t by;
};
struct crash {
  static constexpr auto tag = "crash"_atom;
};

class counter {
public:
  using calls = gen_server::messages<get, add, crash>;

  [[nodiscard]] std::int64_t handle_call(get) const noexcept { return sum_; }
  std::int64_t handle_call(add what) noexcept { return sum_ += what.by; }
  static gen_server::outcome handle_call(crash) { return gen_server::outcome::stop("crashed"_atom); }
  void handle_cast(add what) noexcept { sum_ += what.by; }
  [[nodiscard]] term state() const { return sum_; }

private:
  std::int64_t sum_ = 0;
};

} // namespace agner::interop
