// SPDX-License-Identifier: Apache-2.0
// Any sequence of frames, each behind two bytes of length, keeps the assembler within its limits.

#include <agner/dist/fragments.hpp>

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace agner::dist;
  constexpr fragment_limits most{.message_bytes = 500, .open_bytes = 1000, .open_sequences = 8};
  fragment_assembler assembler{most};
  std::span bytes{reinterpret_cast<const std::byte*>(data), size};
  while (bytes.size() > 2) {
    const std::size_t length = std::min<std::size_t>(bytes.size() - 2, std::size_t{data[0]} % 64);
    const auto read = read_frame(bytes.subspan(2, length));
    bytes = bytes.subspan(2 + length);
    data += 2 + length;
    if (!read || (read->kind != frame_kind::first_fragment && read->kind != frame_kind::next_fragment)) continue;
    const auto added = assembler.add(*read);
    if (assembler.open_bytes() > most.open_bytes || assembler.open_sequences() > most.open_sequences) std::abort();
    if (!added) return 0; // the connection would be closed
    if (*added && (**added).bytes().size() > most.message_bytes) std::abort();
  }
  return 0;
}
