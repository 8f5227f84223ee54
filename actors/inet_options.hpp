// SPDX-License-Identifier: Apache-2.0
// Options of TCP sockets: one struct for connect, listen and setopts, as OTP's one list is, and the property list it stands for. Any thread.

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include "../runtime/error.hpp"
#include "../runtime/socket_address.hpp"
#include "packet.hpp"

namespace agner::inet {

using agner::packet_type;

/// How received bytes come: as a list of integers or a binary. @erlang {mode, list | binary}
enum class mode : std::uint8_t { list, binary };

/// As an option: `.packet = 4`. Any number is kept; what checks the options refuses those that are no packet type.
class packet_option {
public:
  packet_option(packet_type type) noexcept : number_(static_cast<int>(type)) {}
  packet_option(int number) noexcept : number_(number) {}
  [[nodiscard]] int number() const noexcept { return number_; }
  /// Nothing where the number is none.
  [[nodiscard]] std::optional<packet_type> type() const noexcept;
  friend bool operator==(packet_option, packet_option) noexcept = default;

private:
  int number_;
};

/// When received bytes become messages to the controlling process: always, never (they wait for recv), for one message, or for the next N. @erlang {active, true | false | once | N}
class active_option {
public:
  enum class kind : std::uint8_t { off, on, once, counted };

  active_option(bool on) noexcept : kind_(on ? kind::on : kind::off) {}
  active_option(atom_literal<"once">) noexcept : kind_(kind::once) {}
  /// In setopts added to what is left; at zero or below the socket becomes passive. -32768 to 32767.
  active_option(int count) noexcept : kind_(kind::counted), count_(count) {}

  [[nodiscard]] kind what() const noexcept { return kind_; }
  [[nodiscard]] int count() const noexcept { return count_; }
  friend bool operator==(active_option, active_option) noexcept = default;

private:
  kind kind_;
  int count_ = 0;
};

/// `.active = inet::once`
inline constexpr auto once = "once"_atom;

/// Options of a TCP socket; what is not said stays as it is, or as the default in brackets. Sizes are bytes.
/// @erlang gen_tcp:connect_option(), listen_option(), inet:socket_setopt()
struct options {
  // -- how bytes become messages ----------------------------------------------------------------------------------------------------------
  std::optional<active_option> active = {}; ///< [true]
  std::optional<inet::mode> mode = {};      ///< [list]
  std::optional<packet_option> packet = {}; ///< [0]
  std::optional<std::size_t> packet_size =
      {}; ///< most bytes in a packet that is received; 0: 64 MiB, which is also the most [0]
  std::optional<std::size_t> buffer = {}; ///< most bytes read at once, and so in a message without packet [65536]
  // -- sending ----------------------------------------------------------------------------------------------------------------------------
  std::optional<std::size_t> high_watermark = {}; ///< a send that finds bytes queued waits when they reach this [8192]
  std::optional<std::size_t> low_watermark = {};  ///< ... until no more than this are left [4096]
  std::optional<std::chrono::milliseconds> send_timeout = {}; ///< how long a send waits [infinity]
  std::optional<bool> send_timeout_close = {};                ///< close when a send has timed out [false]
  // -- closing ----------------------------------------------------------------------------------------------------------------------------
  std::optional<bool> exit_on_close =
      {}; ///< close when the peer has closed its side; else this side can go on sending [true]
  std::optional<bool> show_econnreset = {}; ///< tell a reset from an orderly close [false]
  std::optional<std::pair<bool, std::chrono::seconds>> linger =
      {}; ///< whether and how long close waits; {true, 0} resets [{false, 0}]
  // -- the kernel's socket ----------------------------------------------------------------------------------------------------------------
  std::optional<bool> nodelay = {};
  std::optional<bool> keepalive = {};
  std::optional<bool> reuseaddr = {};
  std::optional<bool> reuseport = {};
  std::optional<bool> ipv6_v6only = {};
  std::optional<int> recbuf = {};
  std::optional<int> sndbuf = {};
  std::optional<int> priority = {};
  std::optional<int> tos = {};
  std::optional<int> tclass = {};
  std::optional<std::chrono::milliseconds> user_timeout = {}; ///< TCP_USER_TIMEOUT
  // -- when it is made --------------------------------------------------------------------------------------------------------------------
  std::optional<ip_address> ip = {};      ///< the local address [any]
  std::optional<std::uint16_t> port = {}; ///< connect: the local port [any]
  std::optional<bool> inet6 = {}; ///< IPv6, also where the host is a name [as `ip` is, else as the host is, else false]
  std::optional<int> backlog = {}; ///< listen: most connections that wait to be accepted [5]

  friend bool operator==(const options&, const options&) = default;

  /// The defaults in brackets, as far as the operating system does not know them.
  static options defaults();
  /// The options that @p list, a property list as OTP takes it, names; `binary`, `list`, `inet` and `inet6` may stand alone.
  /// @errors `{options, [{Option, Why}]}`  all that are unknown or have a wrong value
  static result<options> from_list(const term& list);
  /// The property list of those that are said.
  [[nodiscard]] term to_list() const;
  /// What is said in @p over, and else in this.
  [[nodiscard]] options with(const options& over) const;
  /// @errors `{options, [{Option, Why}]}`  all that have a wrong value
  [[nodiscard]] result<> check() const;
};

} // namespace agner::inet
