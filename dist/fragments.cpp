// SPDX-License-Identifier: Apache-2.0

#include "fragments.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "../runtime/reasons.hpp"
#include "internal/byte_writer.hpp"
#include "internal/codec_error.hpp"
#include "internal/frame_tags.hpp"

namespace agner::dist {

namespace {

std::unexpected<error> bad(std::string_view sentence) { return internal::complain("bad_frame"_atom, sentence); }

/// Memory is set aside for the fragments to come, as many as have been promised, but not more than for this many times what has come.
constexpr std::size_t advance_factor = 4;

std::size_t capacity_for(std::size_t here_bytes, std::size_t fragment_size, std::uint64_t fragments_left) noexcept {
  const std::size_t most = advance_factor * here_bytes;
  const bool many = fragments_left > most; // more than bytes in any case
  return std::max(here_bytes, std::min(most, many ? most : here_bytes + fragments_left * fragment_size));
}

} // namespace

// -- in -----------------------------------------------------------------------------------------------------------------------------

result<std::optional<term>> fragment_assembler::add(const frame& part) {
  if (part.kind == frame_kind::first_fragment) begin(part);
  const auto found = open_.find(part.sequence);
  if (found == open_.end())
    return bad(fmt::format("fragment {} of sequence {}, which was not begun", part.fragment, part.sequence));
  message& m = found->second;
  if (part.fragment != m.next)
    return bad(fmt::format("fragment {} of sequence {} where {} is due", part.fragment, part.sequence, m.next));
  if (auto paid = charge(m, part.body.size()); !paid) return std::unexpected{paid.error()};
  append(m, part.body);
  if (--m.next != 0) return std::optional<term>{};
  term whole = std::move(m.bytes).finish(m.used_bytes);
  open_bytes_ -= m.used_bytes;
  open_.erase(found);
  return std::optional{std::move(whole)};
}

void fragment_assembler::begin(const frame& part) {
  // A process sends one message at a time, so its earlier one is abandoned; or the process is, and its number is another's now.
  if (const auto abandoned = open_.find(part.sequence); abandoned != open_.end()) drop(abandoned);
  if (open_.size() >= most_.open_sequences) drop_stalest(nullptr);
  const std::size_t capacity = capacity_for(part.body.size(), part.body.size(), part.fragment - 1);
  open_.emplace(part.sequence, message{.bytes = binary_builder{capacity},
                                       .capacity_bytes = capacity,
                                       .used_bytes = 0,
                                       .next = part.fragment,
                                       .last = fragments_});
}

result<> fragment_assembler::charge(message& m, std::size_t more_bytes) {
  if (m.used_bytes + more_bytes > most_.message_bytes)
    return internal::complain(reasons::system_limit,
                              fmt::format("a fragmented message of more than {} bytes", most_.message_bytes));
  while (open_bytes_ + more_bytes > most_.open_bytes)
    if (!drop_stalest(&m))
      return internal::complain(reasons::system_limit,
                                fmt::format("more than {} bytes of unfinished fragmented messages", most_.open_bytes));
  open_bytes_ += more_bytes;
  m.last = ++fragments_;
  return {};
}

void fragment_assembler::drop(messages::iterator abandoned) {
  open_bytes_ -= abandoned->second.used_bytes;
  open_.erase(abandoned);
}

bool fragment_assembler::drop_stalest(const message* spared) {
  auto stalest = open_.end();
  for (auto at = open_.begin(); at != open_.end(); ++at)
    if (&at->second != spared && (stalest == open_.end() || at->second.last < stalest->second.last)) stalest = at;
  if (stalest == open_.end()) return false;
  drop(stalest);
  return true;
}

void fragment_assembler::append(message& m, std::span<const std::byte> part) {
  const std::size_t needed = m.used_bytes + part.size();
  if (needed > m.capacity_bytes) {
    const std::size_t capacity = capacity_for(needed, part.size(), m.next - 1);
    binary_builder larger{capacity};
    if (m.used_bytes != 0) std::memcpy(larger.bytes().data(), m.bytes.bytes().data(), m.used_bytes);
    m.bytes = std::move(larger);
    m.capacity_bytes = capacity;
  }
  if (!part.empty()) std::memcpy(m.bytes.bytes().data() + m.used_bytes, part.data(), part.size());
  m.used_bytes = needed;
}

// -- out ----------------------------------------------------------------------------------------------------------------------------

result<outgoing_message> outgoing_message::make(flag_set agreed, const term& control,
                                                const std::optional<term>& payload, std::uint64_t sequence) {
  outgoing_message made;
  const auto how = encoding_of(agreed);
  made.form_ = form_of(agreed);
  made.sequence_ = sequence;
  if (auto encoded = external_term::encode(control, made.terms_, how); !encoded)
    return std::unexpected{encoded.error()};
  const std::size_t control_bytes = made.terms_.size();
  if (payload) {
    if (auto encoded = external_term::encode(*payload, made.terms_, how); !encoded)
      return std::unexpected{encoded.error()};
  }
  const std::size_t size = made.terms_.size();
  made.first_bytes_ = size;
  if (payload && agreed.has(flag::fragments) && size > fragment_bytes) {
    made.first_bytes_ = std::max(fragment_bytes, control_bytes);
    made.fragments_ = 1 + (size - made.first_bytes_ + fragment_bytes - 1) / fragment_bytes;
  }
  return made;
}

void outgoing_message::write_next(gather_buffer& into) {
  const std::size_t body_bytes = begun_ ? std::min(fragment_bytes, remaining_bytes()) : first_bytes_;
  internal::byte_writer header;
  if (form_ == frame_form::pass_through)
    header.u8(internal::tag_pass_through);
  else if (begun_)
    header.u8(internal::header_version).u8(internal::tag_next_fragment).u64(sequence_).u64(fragments_);
  else if (fragments_ > 1)
    header.u8(internal::header_version).u8(internal::tag_first_fragment).u64(sequence_).u64(fragments_).u8(0);
  else
    header.u8(internal::header_version).u8(internal::tag_header).u8(0);
  const auto header_bytes = std::move(header).finish();
  internal::byte_writer length;
  length.u32(static_cast<std::uint32_t>(header_bytes.size() + body_bytes));
  into.append(std::move(length).finish());
  into.append(header_bytes);
  into.append(terms_, sent_bytes_, body_bytes);
  begun_ = true;
  --fragments_;
  sent_bytes_ += body_bytes;
}

} // namespace agner::dist
