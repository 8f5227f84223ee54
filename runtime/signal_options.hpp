// SPDX-License-Identifier: Apache-2.0
// How signals are sent and how links, monitors and aliases are made, where Erlang takes a list of options. Mechanism: docs/signals.md.

#pragma once

#include <cstdint>
#include <optional>

#include "term.hpp"

namespace agner {

/// When the alias of a monitor stops leading to its process by itself. @erlang monitor/3, {alias, Mode}
enum class alias_mode : std::uint8_t {
  explicit_unalias, ///< only by unalias
  demonitor,        ///< also when its monitor goes: demonitor or DOWN
  reply_demonitor,  ///< also with the first message it carries, which takes the monitor away too
};

/// @erlang alias/1; without `reply` it is explicit_unalias
struct alias_options {
  bool reply = false;    ///< goes with the first message it carries
  bool priority = false; ///< carries priority messages too
};

/// @erlang monitor/3
struct monitor_options {
  std::optional<alias_mode> alias = std::nullopt; ///< the reference is an alias too
  std::optional<term> tag = std::nullopt;         ///< first element of the message, instead of 'DOWN'
  bool priority = false;                          ///< the message overtakes ordinary ones
};

/// @erlang demonitor/2
struct demonitor_options {
  bool flush = false; ///< a message of the monitor that has come is removed
  bool info = false;  ///< say whether the monitor was there
};

/// @erlang link/2, OTP 28
struct link_options {
  bool priority = false; ///< {'EXIT', From, Reason} of this link overtakes ordinary messages
};

/// @erlang erlang:send/3, exit/3, OTP 28
struct send_options {
  bool priority =
      false; ///< to an alias made with `priority`: overtakes ordinary messages. To anything else it is an ordinary signal
};

} // namespace agner
