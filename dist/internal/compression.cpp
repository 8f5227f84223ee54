// SPDX-License-Identifier: Apache-2.0

#include "compression.hpp"

#include <algorithm>
#include <cstdint>
#include <new>

#include <zlib.h>

namespace agner::dist::internal {

std::vector<std::byte> deflated(const gather_buffer& plain, int level) {
  z_stream stream{};
  if (deflateInit(&stream, level) != Z_OK) throw std::bad_alloc{};
  std::vector<std::byte> out(deflateBound(&stream, static_cast<uLong>(plain.size())));
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  plain.for_each([&](std::span<const std::byte> piece) {
    stream.next_in = reinterpret_cast<z_const Bytef*>(const_cast<std::byte*>(piece.data()));
    stream.avail_in = static_cast<uInt>(piece.size());
    deflate(&stream, Z_NO_FLUSH); // cannot run out of space: deflateBound says how much there is at most
  });
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::optional<std::size_t> inflate_exactly(std::span<const std::byte> packed, std::span<std::byte> into) {
  z_stream stream{};
  if (inflateInit(&stream) != Z_OK) throw std::bad_alloc{};
  stream.next_in = reinterpret_cast<z_const Bytef*>(const_cast<std::byte*>(packed.data()));
  packed = packed.first(std::min<std::size_t>(packed.size(), UINT32_MAX));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(into.data());
  stream.avail_out = static_cast<uInt>(into.size());
  const int ended = inflate(&stream, Z_FINISH);
  const std::size_t used_bytes = packed.size() - stream.avail_in;
  const bool exact = ended == Z_STREAM_END && stream.avail_out == 0;
  inflateEnd(&stream);
  return exact ? std::optional{used_bytes} : std::nullopt;
}

} // namespace agner::dist::internal
