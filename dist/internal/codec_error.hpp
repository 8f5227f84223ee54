// SPDX-License-Identifier: Apache-2.0
// The shape of a codec's complaint, `{Kind, Sentence}`, and how bytes of a stranger are quoted in it.

#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "../../runtime/error.hpp"

namespace agner::dist::internal {

/// `{error, {Kind, <<"Sentence">>}}`.
std::unexpected<error> complain(atom kind, std::string_view sentence);

/// @p bytes for a log line: printable ASCII as it is, the rest as \xNN, cut after 64 bytes: a stranger's name must not forge lines or fill disks.
std::string quoted(std::span<const std::byte> bytes);
std::string quoted(std::string_view bytes);

} // namespace agner::dist::internal
