// SPDX-License-Identifier: Apache-2.0
// Any bytes are refused or make a handshake message that survives being written and read again. The first byte says which message is expected.

#include <agner/dist/handshake_decision.hpp>
#include <agner/dist/handshake_messages.hpp>

#include <cstdint>
#include <cstdlib>

namespace {

using namespace agner::dist::handshake;

const std::vector<std::byte>& bytes_of(const std::vector<std::byte>& bytes) { return bytes; }
const std::vector<std::byte>& bytes_of(const agner::result<std::vector<std::byte>>& bytes) {
  if (!bytes) std::abort(); // what was read can be written
  return *bytes;
}

template <class Read>
void check(Read read, std::span<const std::byte> from) {
  const auto message = read(from);
  if (!message) return;
  const auto again = write(*message);
  const auto reread = read(bytes_of(again));
  if (!reread || !(*reread == *message)) std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::span from{reinterpret_cast<const std::byte*>(data) + 1, size - 1};
  switch (data[0] % 6) {
  case 0:
    check(read_name, from);
    if (const auto claim = read_name(from)) (void)answer_name(*claim, {.name = "a@b"}, known::nothing);
    break;
  case 1: check(read_status, from); break;
  case 2: check(read_challenge, from); break;
  case 3: check(read_complement, from); break;
  case 4: check(read_reply, from); break;
  default: check(read_ack, from); break;
  }
  return 0;
}
