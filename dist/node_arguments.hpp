// SPDX-License-Identifier: Apache-2.0
// What `erl`'s flags say about a node, as plain values. Reading them starts nothing; it reads the files they name and may make the cookie file. Any thread.
// Which flags there are, and where agner differs from `erl`: docs/node-flags.md. The grammar: erl_flags.hpp.

#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "../runtime/log.hpp"
#include "../runtime/term.hpp"
#include "auto_connect.hpp"
#include "erl_flags.hpp"
#include "node_name.hpp"
#include "ssl_dist_options.hpp"

namespace agner {

/// How a distributed node reaches others. @erlang -proto_dist
enum class dist_protocol : std::uint8_t { inet_tcp, inet_tls };

struct node_arguments {
  // -- who ------------------------------------------------------------------------------------------------------------------------------

  /// `name@host`; nothing for a node that is not distributed.
  std::optional<std::string> name;
  name_domain domain = name_domain::shortnames;
  /// Empty where there is no name.
  std::string cookie;
  /// `-setcookie NODE COOKIE`: what these nodes are told instead.
  std::vector<std::pair<std::string, std::string>> other_cookies;
  bool hidden = false;

  // -- how ------------------------------------------------------------------------------------------------------------------------------

  dist_protocol protocol = dist_protocol::inet_tcp;
  ssl_dist_options ssl;
  /// The file that the options of TLS came from, for what is found wrong with them later; empty: the command line.
  std::string ssl_dist_optfile;
  bool listens = true;
  bool connects_all = true;
  auto_connect connects = auto_connect::always;
  std::chrono::seconds net_ticktime{60};
  int net_tickintensity = 4;
  std::chrono::milliseconds net_setuptime{7000};
  std::uint16_t listen_port_min = 0; // 0: any
  std::uint16_t listen_port_max = 0;
  std::optional<term> listen_address; // {A, B, C, D} or the eight parts of IPv6
  bool starts_epmd = true;
  std::uint16_t epmd_port = 4369;

  // -- the rest -----------------------------------------------------------------------------------------------------------------------------

  std::optional<log::level> log_level;
  /// Values of `-kernel` and `-ssl`, in order; of those that are said twice the last counts.
  std::vector<std::pair<atom, term>> kernel_values;
  std::vector<std::pair<atom, term>> ssl_values;
  /// Every flag with its values, in their order. @erlang init:get_arguments/0
  std::vector<erl_flag> flags;
  /// What was accepted and does nothing here, one sentence each, for the log.
  std::vector<std::string> remarks;
  /// Words that belong to no flag.
  std::vector<std::string> plain;
};

/// What reading the flags takes from outside; each function is called when needed, and only then.
struct node_surroundings {
  command_surroundings command;
  std::function<host_names()> host;
  std::function<std::expected<std::string, std::string>()> cookie_file;

  static node_surroundings here();
};

/// Reads the flags of a node. @p words are those of the command line without the program's name (and without what a program takes for itself).
/// @errors every fault there is
/// @erlang erl(1), kernel(6)
std::expected<node_arguments, std::vector<flag_fault>> read_node_arguments(std::vector<std::string> words,
                                                                           const node_surroundings& from);

} // namespace agner
