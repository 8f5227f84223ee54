// SPDX-License-Identifier: Apache-2.0
// How a program of INTERFACES ends: at SIGTERM or SIGINT, and, where it says so, at the end of its standard input. For the main thread.

#pragma once

namespace agner::tool {

/// What ends a program.
enum class ends_at { signal, signal_or_end_of_input };

/// Made first in main: threads that start later inherit the blocked signals, so that none of them dies of one.
class termination {
public:
  termination() noexcept;
  termination(const termination&) = delete;
  termination& operator=(const termination&) = delete;
  ~termination();

  /// Returns when it is time to end. Standard input is read and dropped if its end matters, and left alone otherwise.
  void wait(ends_at what) const noexcept;

private:
  int signals_ = -1; // a signalfd
};

} // namespace agner::tool
