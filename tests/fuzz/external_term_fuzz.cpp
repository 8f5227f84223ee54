// SPDX-License-Identifier: Apache-2.0
// Any bytes are refused or make a term that survives being written and read again.

#include <agner/dist/external_term.hpp>

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace agner;
  const std::span bytes{reinterpret_cast<const std::byte*>(data), size};
  static dist::atom_limits peer{100'000, 1'000'000}; // atoms are never freed, and a fuzzer runs long
  const external_term::decode_options how{.most = {.message_bytes = 1UL << 20U, .decoded_bytes = 16UL << 20U},
                                          .pays = &peer};

  const auto read = external_term::decode(bytes, how);
  if (!read) return 0;

  dist::gather_buffer again;
  if (!external_term::encode(read->value, again)) std::abort();
  if (again.size() != *external_term::encoded_size(read->value)) std::abort();
  const auto reread = external_term::decode(again.flatten(), {.pays = &peer});
  if (!reread || !(reread->value == read->value)) std::abort();
  return 0;
}
