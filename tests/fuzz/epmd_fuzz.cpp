// SPDX-License-Identifier: Apache-2.0
// Any bytes are refused or are a message to or from epmd that survives being written and read again. The first byte says which is expected.

#include <agner/dist/epmd_messages.hpp>

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace agner::dist::epmd;
  if (size == 0) return 0;
  const std::span from{reinterpret_cast<const std::byte*>(data) + 1, size - 1};
  switch (data[0] % 4) {
  case 0:
    if (const auto read = read_request(from)) {
      const auto again = write(*read);
      if (!(*read_request(std::span{again}.subspan(2)) == *read)) std::abort();
    }
    break;
  case 1:
    if (const auto read = read_alive_answer(from); read && *read) {
      if (!(**read_alive_answer(write(**read)) == **read)) std::abort();
    }
    break;
  case 2:
    if (const auto read = read_port_answer(from, "n"); read && *read) {
      if (!(**read_port_answer(write(**read), "n") == **read)) std::abort();
    }
    break;
  default:
    if (const auto read = read_names_answer(from)) {
      if (!(*read_names_answer(write(*read)) == *read)) std::abort();
    }
  }
  return 0;
}
