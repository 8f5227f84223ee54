// SPDX-License-Identifier: Apache-2.0

#include <boost/container/small_vector.hpp>

#include <array>

#include "internal/term_layout.hpp"
#include "term_order.hpp"

namespace agner {

namespace {

using internal::segment_node;
using internal::term_access;

/// Feeds the parts of a term, depth first, into one number. How a list is cut into segments makes no difference.
class hasher {
public:
  std::uint64_t run(const term& of) noexcept {
    visit(of);
    while (!pending_.empty())
      next();
    return state_ ^ state_ >> 29U;
  }

private:
  /// A row of terms, and the tail to go on with where it is a segment's.
  struct work {
    const term* at;
    std::size_t count;
    const term* tail;
  };

  void feed(std::uint64_t value) noexcept {
    state_ = (state_ ^ value) * 0x9e3779b97f4a7c15ULL;
    state_ ^= state_ >> 32U;
  }
  void feed(term_kind kind, std::uint64_t value) noexcept { feed(value ^ static_cast<std::uint64_t>(kind) << 58U); }
  void feed_bytes(std::span<const std::byte> bytes) noexcept {
    feed(std::hash<std::string_view>{}({reinterpret_cast<const char*>(bytes.data()), bytes.size()}));
  }
  void push(const term* at, std::size_t count, const term* tail = nullptr) {
    if (count > 0 || tail != nullptr) pending_.push_back({at, count, tail});
  }
  void push_segment(const term& list) {
    const auto& segment = term_access::as<const segment_node>(list);
    push(segment.elements() + term_access::aux(list), segment.head.size() - term_access::aux(list), &segment.tail);
  }

  void next() noexcept {
    work& top = pending_.back();
    if (top.count == 0) {
      const term& tail = *top.tail;
      pending_.pop_back();
      if (tail.is_cons()) return push_segment(tail);
      return visit(tail);
    }
    const term& first = *top.at;
    if (top.count == 1 && top.tail == nullptr) {
      pending_.pop_back();
    } else {
      ++top.at;
      --top.count;
    }
    visit(first);
  }

  void visit(const term& of) noexcept {
    switch (of.kind()) {
    case term_kind::nil:
    case term_kind::integer:
    case term_kind::floating:
    case term_kind::atom: return feed(of.kind(), term_access::payload(of));
    case term_kind::pid:
    case term_kind::port:
    case term_kind::reference:
    case term_kind::long_reference: return visit_name(of);
    case term_kind::big_integer: feed(of.kind(), term_access::aux(of)); return feed_bytes(of.as_integer().big);
    case term_kind::bits: feed(of.kind(), of.bit_size()); return feed_bytes(of.bytes());
    case term_kind::tuple: feed(of.kind(), of.size()); return push(of.elements().data(), of.size());
    case term_kind::map:
      feed(of.kind(), of.size());
      if (of.size() != 0) push(&of.as_map().pairs()[0].key, 2 * of.size());
      return;
    case term_kind::list: feed(of.kind(), 0); return push_segment(of);
    case term_kind::fun: return visit_fun(of);
    }
  }

  void visit_name(const term& of) noexcept {
    feed(of.kind(), term_access::home(of).index());
    if (of.kind() != term_kind::long_reference) {
      feed(term_access::payload(of));
      return feed(term_access::aux(of));
    }
    const auto& node = term_access::as<const internal::long_reference_node>(of);
    for (const auto word : node.words)
      feed(word);
    feed(node.count());
  }

  void visit_fun(const term& of) noexcept {
    const fun_view fun = of.as_fun();
    feed(of.kind(), fun.module.index());
    if (fun.what == fun_view::form::external) {
      feed(fun.function.index());
      return feed(fun.arity);
    }
    push(fun.free_variables.data(), fun.free_variables.size());
    visit(*fun.old_index);
    visit(*fun.old_uniq);
  }

  std::uint64_t state_ = 0x2545f4914f6cdd1dULL;
  boost::container::small_vector<work, 8> pending_;
};

} // namespace

std::uint64_t hash(const term& of) noexcept { return hasher{}.run(of); }

} // namespace agner
