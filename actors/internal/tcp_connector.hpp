// SPDX-License-Identifier: Apache-2.0
// The process that looks a host up and connects, for one caller that may give up at any time.

#pragma once

#include <cstdint>

#include "../inet.hpp"
#include "../task.hpp"

namespace agner::internal {

/// Waits for one request from @p caller and hands the connected socket over, or answers {error, Reason}.
task<> run_tcp_connector(pid caller, inet::host to, std::uint16_t port, inet::options options);

} // namespace agner::internal
