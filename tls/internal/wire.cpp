// SPDX-License-Identifier: Apache-2.0

#include "wire.hpp"

#include <array>
#include <utility>

namespace agner::ssl::internal {
namespace {

/// Chunks of ciphertext in one writev.
constexpr std::size_t chunks_per_write = 16;

} // namespace

wire::wire(std::unique_ptr<transport> over, std::shared_ptr<const context> shared, engine_options options)
    : below_(std::move(over)), tls_(std::move(shared), std::move(options)) {}

bool wire::flush() {
  auto& output = tls_.output();
  while (output.size() != 0) {
    if (output_ended_) {
      output.take();
      return true;
    }
    std::array<std::span<const std::byte>, chunks_per_write> chunks;
    const auto written = below_->write(std::span{chunks}.first(output.gather(chunks)));
    if (written.what == io_result::status::would_block) return false;
    if (written.is_done()) {
      output.consume(written.bytes);
      continue;
    }
    output_ended_ = true; // an alert of the peer may still be there to be read, and says more than this error
    if (!broken_) broken_ = written.reason;
  }
  return true;
}

bool wire::fill(std::size_t wanted) {
  if (input_ended_) return false;
  const auto into = tls_.prepare_input(wanted);
  if (into.empty()) return false;
  const auto got = below_->read(into);
  switch (got.what) {
  case io_result::status::done:
    tls_.commit_input(got.bytes);
    drained_ = got.bytes < into.size();
    return true;
  case io_result::status::would_block: return nothing_came();
  case io_result::status::failed: broken_ = got.reason; break;
  case io_result::status::closed: break;
  }
  end_input();
  return true;
}

bool wire::nothing_came() noexcept {
  drained_ = true;
  tls_.release_memory();
  return false;
}

void wire::end_input() noexcept {
  input_ended_ = true;
  tls_.end_input();
}

engine_status wire::handshake() {
  for (;;) {
    const auto status = tls_.advance();
    flush();
    if (status != engine_status::wants_input || !fill(handshake_read_bytes)) return status;
  }
}

} // namespace agner::ssl::internal
