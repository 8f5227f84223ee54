// SPDX-License-Identifier: Apache-2.0
// iodata: bytes as a binary, or as a list of bytes, binaries and such lists, nested as deep as one likes. Pure, iterative. Any thread.

#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "../runtime/term.hpp"

namespace agner {

/// The bytes of iodata as binaries, to be taken one after the other.
struct iodata_pieces {
  std::vector<term> binaries;
  std::size_t size_bytes = 0;
};

/// Takes @p of apart: larger binaries are shared, bytes and small binaries next to each other are joined. Nothing where @p of is no iodata.
/// @erlang erlang:iolist_to_iovec/1
[[nodiscard]] std::optional<iodata_pieces> iodata_to_pieces(const term& of);

} // namespace agner
