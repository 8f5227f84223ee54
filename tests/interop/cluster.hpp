// SPDX-License-Identifier: Apache-2.0
// Nodes of ours and of Erlang/OTP for a test program: how they are made to fit each other, and pairs of them that stay connected from one test to the next.

#pragma once

#include <agner/dist/distribution.hpp>
#include <agner/runtime/node.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "../support/child_process.hpp"
#include "../support/erl_peer.hpp"

namespace agner::test {

enum class over : std::uint8_t { tcp, tls_1_2, tls_1_3 };
enum class side : std::uint8_t { ours, erlangs };

/// `Tcp`, `Tls12`, `Tls13`.
std::string text_of(over carrier);
/// `Agner`, `Erlang`.
std::string text_of(side which);

/// What is unlike the other nodes of a test program.
struct unlike {
  std::string cookie = "secret";
  /// The certificate is of an authority that nobody trusts.
  bool foreign = false;
  /// ssl options of both ends besides, as text: `{Name,Value},`.
  std::string ssl_options;
  std::chrono::seconds tick_time{60};
};

/// `NAME@127.0.0.1`.
std::string full_name(const std::string& name);

/// A node of ours with distribution. @p name without host.
node_options ours(over carrier, const std::string& name, const unlike& how = {});
/// Flags for an Erlang node that can talk to it; `agner_peer` is in its code path.
std::vector<std::string> theirs(over carrier, const std::string& name, const unlike& how = {});

/// Registers what interop_node does: echo, counter, puppet_master. Call it in a process of the node; what is registered stays.
task<> register_peers();

/// An Erlang node with agner_peer started, and a node of ours with register_peers, connected by one of them. They last until the program ends.
struct node_pair {
  erl_peer& erl;
  atom erl_name;
  node& here;
  atom here_name;
};
node_pair connected_pair(over carrier, side caller);

/// interop_node, as an OS process of its own.
class interop_process {
public:
  /// @p flags  as `theirs` makes them: agner takes the same
  explicit interop_process(const std::vector<std::string>& flags);
  /// Ends it as a crash would.
  void kill();
  /// It does nothing any more, though its sockets stay open.
  void pause() const;

private:
  child_process runs_;
};

} // namespace agner::test
