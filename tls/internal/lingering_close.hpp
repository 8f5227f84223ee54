// SPDX-License-Identifier: Apache-2.0
// The end of a connection whose peer may still have something to read. A socket that is closed while bytes lie unread in it resets the connection, and an alert under way is lost.

#pragma once

#include <memory>

#include "wire.hpp"

namespace agner::ssl::internal {

/// Sends what waits, says that no more comes, and drops what the peer sends until it has closed too or linger_time is over. In a process of its own; the caller goes on at once.
/// @context a process
void close_lingering(std::unique_ptr<wire> of);

} // namespace agner::ssl::internal
