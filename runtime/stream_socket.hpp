// SPDX-License-Identifier: Apache-2.0
// A TCP socket of the operating system: a descriptor that never blocks and is closed with this object. It waits for nothing: readiness.hpp tells when to try again.
// Used by the process that owns it. Mechanism: docs/gen-tcp.md.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>

#include "error.hpp"
#include "socket_address.hpp"

namespace agner {

/// What became of a read or write that does not wait.
struct io_result {
  enum class status : std::uint8_t {
    done,        ///< `bytes` were moved, at least one unless none were asked for
    would_block, ///< nothing now: ask for readiness and try again
    closed,      ///< read: the peer sends no more
    failed       ///< `reason` says why; the connection is of no more use
  };
  status what = status::done;
  std::size_t bytes = 0;
  atom reason;

  static io_result done(std::size_t bytes) noexcept { return {status::done, bytes, {}}; }
  static io_result would_block() noexcept { return {status::would_block, 0, {}}; }
  static io_result closed() noexcept { return {status::closed, 0, {}}; }
  static io_result failed(atom reason) noexcept { return {status::failed, 0, reason}; }
  [[nodiscard]] bool is_done() const noexcept { return what == status::done; }
};

/// Which directions `shutdown` ends. @erlang gen_tcp:shutdown/2
enum class shutdown_how : std::uint8_t { read, write, read_write };

/// What can be asked of or told to the kernel's socket; flags are 0 or 1, sizes are bytes. @erlang inet:setopts/2
enum class socket_option : std::uint8_t {
  nodelay,
  keepalive,
  reuseaddr,
  reuseport,
  ipv6_v6only,
  recbuf,
  sndbuf,
  priority,
  tos,
  tclass,
  user_timeout_ms
};

class stream_socket {
public:
  /// No socket: every operation fails with `ebadf`.
  stream_socket() noexcept = default;
  /// Owns @p descriptor from now on, which must be non-blocking.
  explicit stream_socket(int descriptor) noexcept : descriptor_(descriptor) {}
  stream_socket(stream_socket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  stream_socket& operator=(stream_socket&& other) noexcept {
    if (this != &other) {
      close();
      descriptor_ = std::exchange(other.descriptor_, -1);
    }
    return *this;
  }
  ~stream_socket() { close(); }

  [[nodiscard]] bool is_open() const noexcept { return descriptor_ >= 0; }
  /// For readiness; still owned by this object.
  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }
  /// Gives the descriptor away.
  [[nodiscard]] int release() noexcept { return std::exchange(descriptor_, -1); }
  void close() noexcept;

  // -- opening: each fails with a POSIX reason such as `eaddrinuse`, `eacces`, `emfile` ---------------------------------------------------

  enum class family : std::uint8_t { v4, v6 };
  static result<stream_socket> open(family of);
  result<> bind(const socket_address& at);
  result<> listen(int backlog);
  /// Begins to connect. `finish_connect` tells how it ended, once the socket is ready for output.
  result<> begin_connect(const socket_address& to);
  /// @errors `econnrefused`, `ehostunreach`, `etimedout` and other POSIX reasons
  result<> finish_connect();
  /// A connection that waits at this listening socket; nothing if none does.
  result<std::optional<stream_socket>> accept();

  // -- bytes ------------------------------------------------------------------------------------------------------------------------------

  /// Reads what is there, as much as fits.
  io_result read(std::span<std::byte> into);
  /// Writes the spans one after the other, as many bytes as the kernel takes now. A broken connection is `failed` with `epipe` or `econnreset`; no signal is raised.
  io_result write(std::span<const std::span<const std::byte>> from);
  /// @errors `enotconn` and other POSIX reasons
  result<> shutdown(shutdown_how how);

  // -- about it ---------------------------------------------------------------------------------------------------------------------------

  [[nodiscard]] result<socket_address> sockname() const;
  [[nodiscard]] result<socket_address> peername() const;
  result<> set(socket_option which, int value);
  [[nodiscard]] result<int> get(socket_option which) const;
  /// Whether close resets the connection; else the kernel sends on what is left, and closing does not wait for it.
  result<> set_reset_on_close(bool on);

private:
  int descriptor_ = -1;
};

} // namespace agner
