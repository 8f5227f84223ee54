// SPDX-License-Identifier: Apache-2.0
// The options of a node's listening sockets: what is accepted inherits them. They belong to the TCP socket that listens and go when it does. Any thread.

#pragma once

#include <memory>
#include <mutex>
#include <unordered_map>

#include "../../runtime/node.hpp"
#include "option_set.hpp"

namespace agner::ssl::internal {

class listeners {
public:
  explicit listeners(node& on) noexcept : node_(on) {}

  /// Sets the options of the socket whose process @p listening is.
  void keep(const pid& listening, std::shared_ptr<const option_set> options);
  /// Null where there is none.
  [[nodiscard]] std::shared_ptr<const option_set> options_of(const pid& listening) const;
  void forget(const pid& listening);

private:
  node& node_;
  mutable std::mutex mutex_; // guards sets_
  std::unordered_map<pid, std::shared_ptr<const option_set>> sets_;
};

} // namespace agner::ssl::internal
