// SPDX-License-Identifier: Apache-2.0
// A real Erlang node that evaluates what a test tells it to. It ends with this object.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "child_process.hpp"

namespace agner::test {

class erl_peer {
public:
  /// Starts `erl` with @p flags, and waits until it evaluates.
  explicit erl_peer(const std::vector<std::string>& flags);

  /// The value of Erlang expressions separated by commas, as `~0tp` prints it; variables stay bound. A raised exception is `{Class, Reason}` after `raised `.
  std::string eval(std::string_view expressions);
  /// Ends it as a crash would.
  void kill();
  /// From now on it neither reads nor writes, though its sockets stay open; until `resume`.
  void pause();
  void resume();

private:
  child_process erl_;
  unsigned evaluations_ = 0;
};

} // namespace agner::test
