// SPDX-License-Identifier: Apache-2.0
// Tells a process when a descriptor can be read or written. Reads and writes are the process' own. Used by the process that owns the descriptor. Mechanism: docs/io.md.

#pragma once

#include <memory>

#include "identifiers.hpp"
#include "scheduler.hpp"
#include "term.hpp"

namespace agner {

class readiness {
public:
  enum class direction : std::uint8_t { input, output };

  /// Watches @p descriptor, which must be non-blocking and stay open longer than this object, and is not closed by it.
  /// @errors raises `{watch, Errno}`  the descriptor cannot be polled
  readiness(scheduler& on, int descriptor);
  /// Asks no more; messages already sent stay sent.
  ~readiness();
  readiness(readiness&&) noexcept;
  readiness& operator=(readiness&&) noexcept;

  /// Sends @p message to @p to, once, as soon as the descriptor can be read or written, or has failed: the next read or write tells.
  void notify(direction what, const pid& to, term message);

private:
  struct watch;
  std::unique_ptr<watch> watch_;
};

} // namespace agner
