// SPDX-License-Identifier: Apache-2.0
// OpenSSL's queue of errors, which belongs to the thread, as text for reasons. Whoever calls OpenSSL empties the queue before and takes what is in it at once after.

#pragma once

#include <string>

namespace agner::ssl::internal {

/// Forgets what earlier calls on this thread left behind.
void clear_openssl_errors() noexcept;

/// What went wrong, in words, the most telling entry first; "unknown error" where the queue is empty. Empties the queue.
std::string take_openssl_error();

/// True where the queue holds this reason of this library; leaves the queue as it is.
bool openssl_error_is(int library, int reason) noexcept;

} // namespace agner::ssl::internal
