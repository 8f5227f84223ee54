// SPDX-License-Identifier: Apache-2.0
// Which end of a connection we are.

#pragma once

#include <cstdint>

namespace agner::ssl::internal {

enum class role : std::uint8_t { client, server };

constexpr role peer_of(role of) noexcept { return of == role::client ? role::server : role::client; }

} // namespace agner::ssl::internal
