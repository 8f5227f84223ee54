// SPDX-License-Identifier: Apache-2.0
// Peers that were kept out: why, as this node's log says it.

#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace word_count {

struct refusal {
  /// `bad_cookie`, the name of a TLS alert such as `unknown_ca`, or whatever else kept the two apart.
  std::string kind;
  /// The sentence that goes with it.
  std::string why;
};

/// What the log says about a connection that did not come about, on either side; nothing for other texts.
std::optional<refusal> read_refusal(std::string_view logged);

/// Those there were so far. Any thread.
class refusals {
public:
  void add(refusal one);
  /// Waits until there are as many, at most for @p time. @returns those there are
  std::vector<refusal> wait_for(std::size_t count, std::chrono::seconds time);

private:
  std::mutex mutex_; // guards all_
  std::condition_variable more_;
  std::vector<refusal> all_;
};

} // namespace word_count
