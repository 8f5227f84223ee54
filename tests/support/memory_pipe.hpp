// SPDX-License-Identifier: Apache-2.0
// Two transports that are connected with each other in memory, for tests of what speaks over one: no descriptors, sizes and failures as the test wants them.

#pragma once

#include <agner/actors/transport.hpp>

#include <cstddef>
#include <limits>
#include <memory>

namespace agner::test {

struct memory_pipe_options {
  /// Bytes on their way in one direction before a writer must wait.
  std::size_t capacity_bytes = 65536;
  /// Most bytes that one read or write moves: 1 shows whether the user copes with every split.
  std::size_t step_bytes = std::numeric_limits<std::size_t>::max();
};

/// Each end may be used by another process, on another thread. What one end wrote before it was closed arrives.
struct memory_pipe {
  explicit memory_pipe(const memory_pipe_options& options = {});

  /// From now on reads and writes at both ends fail with @p reason, as when a peer resets a connection.
  void break_with(atom reason);

  std::unique_ptr<transport> left;  // its address is {127,0,0,1}:1
  std::unique_ptr<transport> right; // its address is {127,0,0,1}:2

  struct state;

private:
  std::shared_ptr<state> state_;
};

} // namespace agner::test
