// SPDX-License-Identifier: Apache-2.0

#include "iodata.hpp"

#include <cstdint>
#include <utility>

#include "../runtime/term_builders.hpp"
#include "../runtime/term_views.hpp"

namespace agner {

namespace {

// Copying fewer bytes than these is cheaper than one more piece for the kernel.
constexpr std::size_t shared_bytes_min = 512;

class collector {
public:
  bool add(const term& part) {
    if (part.is_binary()) return add_binary(part);
    const auto byte = part.to_int64();
    if (!byte || *byte < 0 || *byte > 255) return false;
    joined_.push_back(static_cast<std::byte>(*byte));
    return true;
  }
  iodata_pieces finish() && {
    flush();
    return std::move(pieces_);
  }

private:
  bool add_binary(const term& part) {
    const auto bytes = part.bytes();
    if (bytes.size() < shared_bytes_min) {
      joined_.insert(joined_.end(), bytes.begin(), bytes.end());
    } else {
      flush();
      push(part, bytes.size());
    }
    return true;
  }
  void flush() {
    if (joined_.empty()) return;
    push(binary(joined_), joined_.size());
    joined_.clear();
  }
  void push(term piece, std::size_t size_bytes) {
    pieces_.binaries.push_back(std::move(piece));
    pieces_.size_bytes += size_bytes;
  }

  iodata_pieces pieces_;
  std::vector<std::byte> joined_;
};

struct open_list {
  explicit open_list(const term& of) : elements(of), next(elements.begin()) {}
  list_view elements;
  list_view::iterator next;
};

} // namespace

std::optional<iodata_pieces> iodata_to_pieces(const term& of) {
  if (of.is_binary()) {
    const std::size_t size = of.bytes().size();
    if (size == 0) return iodata_pieces{};
    return iodata_pieces{.binaries = {of}, .size_bytes = size};
  }
  if (!of.is_list()) return std::nullopt;
  collector into;
  std::vector<open_list> open;
  open.emplace_back(of);
  while (!open.empty()) {
    open_list& at = open.back();
    if (at.next != at.elements.end()) {
      const term part = *at.next++;
      if (part.is_list())
        open.emplace_back(part);
      else if (!into.add(part))
        return std::nullopt;
      continue;
    }
    // The tail of an improper list may be a binary, not a byte.
    const term tail = at.elements.last_tail();
    if (!tail.is_nil() && !(tail.is_binary() && into.add(tail))) return std::nullopt;
    open.pop_back();
  }
  return std::move(into).finish();
}

} // namespace agner
