// SPDX-License-Identifier: Apache-2.0
// Options that the operating system keeps, set and read. Used by the process that owns the socket.

#pragma once

#include "../../runtime/stream_socket.hpp"
#include "../inet_options.hpp"

namespace agner::internal {

/// Sets those of @p from that are said. @errors POSIX reasons, of the first that fails
result<> set_kernel_options(stream_socket& of, const inet::options& from);

/// Puts what the operating system says into @p into. What it does not know of this socket stays unsaid.
void get_kernel_options(const stream_socket& of, inet::options& into);

/// IPv6 or not, as the options and the address or the host say.
stream_socket::family family_of(const inet::options& options, const ip_address* host = nullptr);

} // namespace agner::internal
