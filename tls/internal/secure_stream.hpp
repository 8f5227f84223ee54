// SPDX-License-Identifier: Apache-2.0
// secure_client and secure_server with somebody else to decide about the peer. Used by the process that will own the stream.

#pragma once

#include <memory>
#include <string>

#include "../stream.hpp"
#include "verifier.hpp"
#include "wire.hpp"

namespace agner::ssl::internal {

/// As secure_client or secure_server, as @p with says. @p by  asked about the peer's certificate, whatever OpenSSL finds; empty: nobody is asked
task<result<std::unique_ptr<stream>>> secure(std::unique_ptr<transport> over, checked_options with, std::string host,
                                             verifier by, clock::time_point deadline);

} // namespace agner::ssl::internal
