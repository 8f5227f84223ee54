// SPDX-License-Identifier: Apache-2.0

#include "outbox.hpp"

#include <iterator>
#include <utility>

namespace agner::dist::internal {

namespace {
// Small messages go first, but a fragment gets its turn after this many bytes of them.
constexpr std::size_t direct_bytes_a_turn = 64UL << 10U;
} // namespace

void outbox::push(const pid& from, gather_buffer frame) {
  waiting_bytes_ += frame.size();
  if (const auto at = streaming_.find(from); at != streaming_.end())
    at->second->waiting.emplace_back(std::move(frame));
  else
    direct_.push_back(std::move(frame));
}

void outbox::push(const pid& from, outgoing_message message) {
  waiting_bytes_ += message.remaining_bytes();
  const auto at = streaming_.find(from);
  if (at != streaming_.end()) {
    at->second->waiting.emplace_back(std::move(message));
    return;
  }
  streams_.push_back({from, {}});
  streams_.back().waiting.emplace_back(std::move(message));
  streaming_.emplace(from, std::prev(streams_.end()));
}

void outbox::gather(std::size_t bytes, std::vector<std::span<const std::byte>>& into) {
  while (flight_bytes_ < bytes && (!direct_.empty() || !streams_.empty())) {
    if (!direct_.empty() && (streams_.empty() || direct_since_stream_ < direct_bytes_a_turn))
      take_direct();
    else
      take_from_stream();
  }
  for (const flying& f : flight_)
    f.frame.for_each(f.done, f.frame.size() - f.done, [&](std::span<const std::byte> part) { into.push_back(part); });
}

void outbox::fly(gather_buffer frame) {
  flight_bytes_ += frame.size();
  flight_.push_back({std::move(frame), 0});
}

void outbox::take_direct() {
  waiting_bytes_ -= direct_.front().size();
  direct_since_stream_ += direct_.front().size();
  fly(std::move(direct_.front()));
  direct_.pop_front();
}

void outbox::take_from_stream() {
  direct_since_stream_ = 0;
  stream& turn = streams_.front();
  if (auto* whole = std::get_if<gather_buffer>(&turn.waiting.front())) {
    waiting_bytes_ -= whole->size();
    fly(std::move(*whole));
    turn.waiting.pop_front();
  } else {
    auto& message = std::get<outgoing_message>(turn.waiting.front());
    waiting_bytes_ -= message.remaining_bytes();
    gather_buffer frame;
    message.write_next(frame);
    fly(std::move(frame));
    if (message.done())
      turn.waiting.pop_front();
    else
      waiting_bytes_ += message.remaining_bytes();
  }
  if (turn.waiting.empty()) {
    streaming_.erase(turn.from);
    streams_.pop_front();
  } else {
    streams_.splice(streams_.end(), streams_, streams_.begin());
  }
}

void outbox::written(std::size_t bytes) {
  flight_bytes_ -= bytes;
  while (bytes != 0) {
    flying& first = flight_.front();
    const std::size_t left = first.frame.size() - first.done;
    if (bytes < left) {
      first.done += bytes;
      return;
    }
    bytes -= left;
    flight_.pop_front();
  }
}

} // namespace agner::dist::internal
