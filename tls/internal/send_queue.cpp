// SPDX-License-Identifier: Apache-2.0

#include "send_queue.hpp"

#include <algorithm>
#include <utility>

namespace agner::ssl::internal {

void send_queue::push(reference by, const packet_header& header, iodata_pieces body) {
  const std::size_t bytes = header.size + body.size_bytes;
  sends_.push_back({.by = std::move(by), .header = header, .binaries = std::move(body.binaries), .left = bytes});
}

std::span<const std::span<const std::byte>> send_queue::front(pieces& into, std::size_t bytes_max) const noexcept {
  std::size_t filled = 0;
  for (const pending& one : sends_) {
    std::size_t done = one.done;
    for (std::size_t index = one.piece; index < one.pieces(); ++index) {
      if (filled == into.size() || bytes_max == 0) return std::span{into}.first(filled);
      const auto left = one.at(index).subspan(std::exchange(done, 0));
      into[filled] = left.first(std::min(left.size(), bytes_max));
      bytes_max -= into[filled++].size();
    }
  }
  return std::span{into}.first(filled);
}

std::vector<reference> send_queue::consume(std::size_t bytes) {
  std::vector<reference> done;
  while (!sends_.empty()) {
    pending& first = sends_.front();
    const std::size_t here = std::min(bytes, first.left);
    if (here < first.left) {
      first.consume(here);
      break;
    }
    bytes -= here;
    done.push_back(std::move(first.by));
    sends_.pop_front();
  }
  return done;
}

void send_queue::pending::consume(std::size_t bytes) noexcept {
  left -= bytes;
  while (bytes != 0) {
    const std::size_t here = std::min(bytes, at(piece).size() - done);
    done += here;
    bytes -= here;
    if (done == at(piece).size()) {
      ++piece;
      done = 0;
    }
  }
}

std::vector<reference> send_queue::clear() {
  std::vector<reference> waiting;
  for (pending& one : std::exchange(sends_, {}))
    waiting.push_back(std::move(one.by));
  return waiting;
}

} // namespace agner::ssl::internal
