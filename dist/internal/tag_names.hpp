// SPDX-License-Identifier: Apache-2.0
// The manual's names of the tags of the external term format, for errors.

#pragma once

#include <cstdint>
#include <string_view>

namespace agner::dist::internal {

/// Empty where there is no such tag.
std::string_view name_of_tag(std::uint8_t tag) noexcept;

} // namespace agner::dist::internal
