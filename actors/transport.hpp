// SPDX-License-Identifier: Apache-2.0
// What TLS connections and distribution channels move bytes through: one end of a reliable stream that never blocks. Implemented over a TCP socket (make_transport), by the memory
// pipe of the tests, and by what cb_info names. Used by the process that owns it, and by no other. Mechanism: docs/gen-tcp.md.

#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "../runtime/identifiers.hpp"
#include "../runtime/readiness.hpp"
#include "../runtime/scheduler.hpp"
#include "../runtime/stream_socket.hpp"
#include "../runtime/term.hpp"

namespace agner {

class transport {
public:
  using direction = readiness::direction;

  transport() = default;
  transport(const transport&) = delete;
  transport& operator=(const transport&) = delete;
  /// Closes it.
  virtual ~transport() = default;

  /// Reads what is there, as much as fits: `done` with at least one byte, `would_block`, `closed` when the peer sends no more, or `failed`.
  virtual io_result read(std::span<std::byte> into) = 0;
  /// Writes the spans one after the other, as many bytes as it takes now: `done` with at least one byte unless all are empty, `would_block`, or `failed`.
  virtual io_result write(std::span<const std::span<const std::byte>> from) = 0;
  /// Sends @p message to @p to, once, when `read` or `write` has something to tell, which may be now. At most one request for each direction at a time;
  /// close and the destructor take requests back, but a message that is already under way arrives.
  virtual void notify(direction what, const pid& to, term message) = 0;
  /// Ends one direction or both; what was written before still arrives. @errors `enotconn` and other POSIX reasons
  virtual result<> shutdown(shutdown_how how) = 0;
  /// Closes it: everything after that fails with `closed`. What was written before still arrives.
  virtual void close() noexcept = 0;

  /// @errors `einval`  closed; `enotsup`  it has no addresses; `enotconn`
  [[nodiscard]] virtual result<socket_address> peername() const = 0;
  [[nodiscard]] virtual result<socket_address> sockname() const = 0;
  /// @errors `einval`  closed, or a wrong value; `enotsup`  it has no such option
  virtual result<> set(socket_option which, int value);
  [[nodiscard]] virtual result<int> get(socket_option which) const;
};

/// A transport over a connected socket. Reads give @p unread first.
/// @errors raises `{watch, Errno}`  the descriptor cannot be polled
std::unique_ptr<transport> make_transport(scheduler& on, stream_socket socket, std::vector<std::byte> unread = {});

} // namespace agner
