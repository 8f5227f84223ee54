// SPDX-License-Identifier: Apache-2.0
// What frames begin with. Frozen. @source OTP 25 erl_dist_protocol, erl_ext_dist

#pragma once

#include <cstddef>
#include <cstdint>

#include "../external_term.hpp"

namespace agner::dist::internal {

inline constexpr std::uint8_t tag_pass_through = 0x70;
/// Before each of the tags below.
inline constexpr auto header_version = std::to_integer<std::uint8_t>(external_term::version_byte);
inline constexpr std::uint8_t tag_header = 0x44;
inline constexpr std::uint8_t tag_first_fragment = 0x45;
inline constexpr std::uint8_t tag_next_fragment = 0x46;

} // namespace agner::dist::internal
