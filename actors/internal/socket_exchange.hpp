// SPDX-License-Identifier: Apache-2.0
// How a descriptor goes from one process to another: messages are terms, and a descriptor is none. Who waits for one opens a ticket under a reference; who has one delivers it there.
// A ticket that ends, also because its process was killed, closes what was delivered and not taken. Any thread.

#pragma once

#include <mutex>
#include <optional>
#include <unordered_map>

#include "../../runtime/node.hpp"
#include "../../runtime/reference.hpp"
#include "../gen_tcp_stream.hpp"

namespace agner::internal {

using gen_tcp::internal::stream;

class socket_exchange {
public:
  explicit socket_exchange(node&) noexcept {}

  void open(const reference& ticket);
  /// Leaves @p what for who opened the ticket. False: nobody waits for it any more, and @p what is untouched.
  bool deliver(const reference& ticket, stream&& what);
  /// Ends the ticket and gives what was delivered.
  std::optional<stream> withdraw(const reference& ticket) noexcept;

private:
  std::mutex mutex_; // guards waiting_
  std::unordered_map<reference, std::optional<stream>> waiting_;
};

/// The end of a ticket is the end of this object.
class socket_ticket {
public:
  /// @p giver: the process that is asked, and that is told if the socket is no longer wanted.
  socket_ticket(node& on, const pid& giver, reference name);
  socket_ticket(const socket_ticket&) = delete;
  socket_ticket& operator=(const socket_ticket&) = delete;
  ~socket_ticket();

  /// What was delivered.
  std::optional<stream> take() noexcept;

private:
  node& node_;
  pid giver_;
  reference name_;
  bool open_ = true;
};

} // namespace agner::internal
