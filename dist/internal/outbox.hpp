// SPDX-License-Identifier: Apache-2.0
// What waits to be written to one peer: frames of many senders, in the order of each, large ones cut into fragments that take turns. Guarded by the connection's lock.
// Mechanism: docs/distribution.md, "Sending".

#pragma once

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <span>
#include <variant>
#include <vector>

#include "../../runtime/identifiers.hpp"
#include "../fragments.hpp"
#include "../gather_buffer.hpp"

namespace agner::dist::internal {

class outbox {
public:
  /// Past this many bytes a sender is suspended until half of them are gone. @source OTP `+zdbbl`, default 1,024 KB
  static constexpr std::size_t busy_bytes = 1U << 20U;
  /// Past this many a sender that never waits exits with system_limit: it would fill the memory.
  static constexpr std::size_t full_bytes = std::size_t{1} << 30U;

  /// A message that is sent whole, as a frame. @p from: the sender, whose messages stay in order; a default pid for the connection itself.
  void push(const pid& from, gather_buffer frame);
  /// A message that is sent in fragments.
  void push(const pid& from, outgoing_message message);

  /// The next frames to write, as spans into the outbox, about @p bytes of them and never less than one frame. They stay until `written`.
  void gather(std::size_t bytes, std::vector<std::span<const std::byte>>& into);
  /// @p bytes of what `gather` gave were written.
  void written(std::size_t bytes);

  [[nodiscard]] bool empty() const noexcept { return direct_.empty() && streams_.empty() && flight_.empty(); }
  /// Bytes that wait to be written.
  [[nodiscard]] std::size_t size() const noexcept { return waiting_bytes_ + flight_bytes_; }

private:
  using entry = std::variant<gather_buffer, outgoing_message>;
  struct stream {
    pid from;
    std::deque<entry> waiting; // the front is in fragments, or follows one that was
  };
  struct flying {
    gather_buffer frame;
    std::size_t done = 0;
  };

  void take_direct();
  void take_from_stream();
  void fly(gather_buffer frame);

  std::deque<gather_buffer> direct_; // of senders without a large message on its way
  std::list<stream> streams_;        // senders with one, in turn
  boost::unordered_flat_map<pid, std::list<stream>::iterator, std::hash<pid>> streaming_;
  std::deque<flying> flight_; // given out by gather, not yet written
  std::size_t flight_bytes_ = 0;
  std::size_t direct_since_stream_ = 0;
  std::size_t waiting_bytes_ = 0; // in direct_ and streams_
};

} // namespace agner::dist::internal
