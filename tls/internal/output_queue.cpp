// SPDX-License-Identifier: Apache-2.0

#include "output_queue.hpp"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <utility>

namespace agner::ssl::internal {
namespace {

/// Smallest chunk where nobody said what comes: a handshake flight writes messages of a few hundred bytes one after the other.
constexpr std::size_t chunk_bytes_min = 4096;

} // namespace

void output_queue::reserve(std::size_t bytes) {
  auto& chunks = open().chunks;
  if (!chunks.empty() && chunks.back().capacity - chunks.back().end >= bytes) return;
  if (!chunks.empty() && chunks.back().begin == chunks.back().end) chunks.pop_back();
  chunks.push_back({.memory = binary_builder{bytes}, .capacity = bytes});
}

void output_queue::write(std::span<const std::byte> bytes) {
  if (bytes.empty()) return;
  const auto& chunks = open().chunks;
  const bool fits = !chunks.empty() && chunks.back().capacity - chunks.back().end >= bytes.size();
  if (!fits) reserve(std::max(bytes.size(), chunk_bytes_min));
  chunk& into = open().chunks.back();
  std::memcpy(into.memory.bytes().data() + into.end, bytes.data(), bytes.size());
  into.end += bytes.size();
  open().bytes += bytes.size();
}

std::size_t output_queue::gather(std::span<std::span<const std::byte>> into) noexcept {
  std::size_t filled = 0;
  for (chunk& one : ready_.chunks) {
    if (filled == into.size()) break;
    if (one.begin != one.end) into[filled++] = one.memory.bytes().subspan(one.begin, one.end - one.begin);
  }
  return filled;
}

void output_queue::consume(std::size_t bytes) noexcept {
  ready_.bytes -= bytes;
  while (bytes != 0) {
    chunk& first = ready_.chunks.front();
    const std::size_t gone = std::min(bytes, first.end - first.begin);
    first.begin += gone;
    bytes -= gone;
    if (first.begin == first.end) ready_.chunks.pop_front();
  }
}

std::vector<term> output_queue::take() {
  std::vector<term> made;
  made.reserve(ready_.chunks.size());
  for (chunk& one : ready_.chunks) {
    if (one.begin == one.end) continue;
    term all = std::move(one.memory).finish(one.end);
    made.push_back(one.begin == 0 ? std::move(all) : binary_part(all, one.begin, one.end - one.begin));
  }
  ready_ = {};
  return made;
}

void output_queue::let_go() {
  holding_ = false;
  if (held_.bytes != 0) std::ranges::move(held_.chunks, std::back_inserter(ready_.chunks));
  ready_.bytes += held_.bytes;
  held_ = {};
}

void output_queue::drop_held() noexcept {
  holding_ = false;
  held_ = {};
}

void output_queue::release() noexcept {
  if (ready_.bytes == 0) ready_.chunks.clear();
}

} // namespace agner::ssl::internal
