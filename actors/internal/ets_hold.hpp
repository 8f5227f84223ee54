// SPDX-License-Identifier: Apache-2.0
// A table that the current process has hold of: found, locked, and its rights looked at. For the time of one operation, in which nothing suspends. Mechanism: docs/ets.md.

#pragma once

#include <cstddef>
#include <cstdint>

#include "ets_table.hpp"

namespace agner::internal {

/// What an operation needs to be allowed.
enum class ets_right : std::uint8_t { read, write, own, info };

class ets_hold {
public:
  enum class mode : std::uint8_t { shared, exclusive };

  /// The part where @p hash belongs; in a table that is not divided, all of it.
  /// @errors raises `badarg`  no such table, or not allowed (but for `info`: without a table the hold is empty)
  ets_hold(const term& table, ets_right needed, mode how, std::uint64_t hash);
  /// All of the table, to change it: for `exclusive` only.
  ets_hold(const term& table, ets_right needed);
  /// All of the table @p id, empty where that is gone. Looks at no rights; for the registry.
  ets_hold(ets_table& at, ets_id id) noexcept;
  ~ets_hold() { release(); }
  ets_hold(const ets_hold&) = delete;
  ets_hold& operator=(const ets_hold&) = delete;

  [[nodiscard]] explicit operator bool() const noexcept { return table_ != nullptr; }
  ets_table& operator*() const noexcept { return *table_; }
  ets_table* operator->() const noexcept { return table_; }
  void release() noexcept;

private:
  void take(const term& table, ets_right needed);
  bool lock(ets_id id) noexcept;
  void check(ets_right needed);

  ets_table* table_ = nullptr;
  std::size_t part_ = 0;
  std::size_t first_ = 0; // locks held: from this
  std::size_t end_ = 0;   // to before this
  mode mode_ = mode::exclusive;
  bool whole_ = true;
};

} // namespace agner::internal
