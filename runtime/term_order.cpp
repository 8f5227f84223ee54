// SPDX-License-Identifier: Apache-2.0
// Terms of the same type are ordered as ERTS does. @source OTP erts/emulator/beam/utils.c, erts_cmp_compound; what it leaves to the machine was asked of OTP 25.2.3.

#include "term_order.hpp"

#include <boost/container/small_vector.hpp>

#include <array>
#include <cstring>

#include "internal/number_order.hpp"
#include "internal/term_layout.hpp"

namespace agner {

namespace {

using internal::segment_node;
using internal::term_access;

/// What two terms are compared for. `equality` may answer any difference with "not equivalent", without saying which is less.
enum class comparison : std::uint8_t { arithmetic, exact, equality };

/// Place of each type in Erlang's order, by term_kind.
constexpr std::array<std::uint8_t, 14> ranks = [] {
  std::array<std::uint8_t, 14> r{};
  const auto set = [&r](term_kind kind, std::uint8_t rank) { r[static_cast<std::size_t>(kind)] = rank; };
  set(term_kind::integer, 0), set(term_kind::big_integer, 0), set(term_kind::floating, 0);
  set(term_kind::atom, 1);
  set(term_kind::reference, 2), set(term_kind::long_reference, 2);
  set(term_kind::fun, 3), set(term_kind::port, 4), set(term_kind::pid, 5);
  set(term_kind::tuple, 6), set(term_kind::map, 7), set(term_kind::nil, 8), set(term_kind::list, 9),
      set(term_kind::bits, 10);
  return r;
}();

std::uint8_t rank(const term& t) noexcept { return ranks[static_cast<std::size_t>(t.kind())]; }

std::weak_ordering compare_ports(const term& left, const term& right) noexcept {
  if (const auto order = term_access::home(left) <=> term_access::home(right); order != 0) return order;
  return term_access::payload(left) <=> term_access::payload(right);
}

std::weak_ordering compare_references(const term& left, const term& right) noexcept {
  if (const auto order = term_access::home(left) <=> term_access::home(right); order != 0) return order;
  std::array<std::uint32_t, reference::words_max> left_words{};
  std::array<std::uint32_t, reference::words_max> right_words{};
  const std::size_t left_count = left.as_reference().words(left_words);
  const std::size_t right_count = right.as_reference().words(right_words);
  for (std::size_t i = reference::words_max; i > 0; --i) {
    if (const auto order = left_words[i - 1] <=> right_words[i - 1]; order != 0) return order;
  }
  return left_count <=> right_count;
}

std::weak_ordering compare_bits(const term& left, const term& right, comparison how) noexcept {
  const std::uint64_t left_bits = left.bit_size();
  const std::uint64_t right_bits = right.bit_size();
  if (how == comparison::equality && left_bits != right_bits) return left_bits <=> right_bits;
  const std::uint64_t common_bits = std::min(left_bits, right_bits);
  const std::size_t whole = common_bits / 8;
  if (whole > 0) {
    if (const int order = std::memcmp(left.bytes().data(), right.bytes().data(), whole); order != 0) return order <=> 0;
  }
  if (const auto rest = static_cast<unsigned>(common_bits % 8); rest != 0) {
    const auto mask = std::byte{0xff} << (8 - rest);
    if (const auto order = (left.bytes()[whole] & mask) <=> (right.bytes()[whole] & mask); order != 0) return order;
  }
  return left_bits <=> right_bits;
}

/// Compares depth first with a stack of what is still to be compared.
class comparer {
public:
  std::weak_ordering run(const term& left, const term& right, comparison how) noexcept {
    auto order = visit(left, right, how);
    while (order == 0 && !pending_.empty())
      order = pending_.back().is_list ? next_of_lists() : next_of_arrays();
    return order;
  }

private:
  /// Two rows of terms, or two lists from a segment and offset on.
  struct work {
    const void* left;
    const void* right;
    std::size_t left_at;  // of arrays: unused
    std::size_t right_at; // of arrays: how many are left
    std::uint8_t stride;  // in terms
    comparison how;
    bool is_list;
  };

  void push_arrays(const term* left, const term* right, std::size_t count, std::uint8_t stride, comparison how) {
    if (count > 0) pending_.push_back({left, right, 0, count, stride, how, false});
  }
  void push_lists(const segment_node* left, std::size_t left_at, const segment_node* right, std::size_t right_at,
                  comparison how) {
    pending_.push_back({left, right, left_at, right_at, 1, how, true});
  }

  std::weak_ordering next_of_arrays() noexcept {
    work& top = pending_.back();
    const comparison how = top.how;
    const auto* left = static_cast<const term*>(top.left);
    const auto* right = static_cast<const term*>(top.right);
    std::size_t count = top.right_at;
    while (count > 1 && term_access::same(*left, *right)) {
      left += top.stride;
      right += top.stride;
      --count;
    }
    if (count == 1) {
      pending_.pop_back();
    } else {
      top.left = left + top.stride;
      top.right = right + top.stride;
      top.right_at = count - 1;
    }
    return visit(*left, *right, how);
  }

  std::weak_ordering next_of_lists() noexcept {
    const work top = pending_.back();
    pending_.pop_back();
    const auto* const left = static_cast<const segment_node*>(top.left);
    const auto* const right = static_cast<const segment_node*>(top.right);
    const std::size_t left_rest = left->head.size() - top.left_at;
    const std::size_t right_rest = right->head.size() - top.right_at;
    if (left_rest == 0 && right_rest == 0) return visit(left->tail, right->tail, top.how);
    if (left_rest == 0) return visit_tail(left->tail, right, top.right_at, top.how);
    if (right_rest == 0) return 0 <=> visit_tail(right->tail, left, top.left_at, top.how, true);
    const std::size_t common = std::min(left_rest, right_rest);
    push_lists(left, top.left_at + common, right, top.right_at + common, top.how);
    push_arrays(left->elements() + top.left_at, right->elements() + top.right_at, common, 1, top.how);
    return std::weak_ordering::equivalent;
  }

  /// One side has come to @p tail, the other is still within a segment.
  std::weak_ordering visit_tail(const term& tail, const segment_node* other, std::size_t other_at, comparison how,
                                bool swapped = false) noexcept {
    if (!tail.is_cons()) return rank(tail) <=> ranks[static_cast<std::size_t>(term_kind::list)];
    const auto* const segment = &term_access::as<const segment_node>(tail);
    if (swapped) {
      push_lists(other, other_at, segment, term_access::aux(tail), how);
    } else {
      push_lists(segment, term_access::aux(tail), other, other_at, how);
    }
    return std::weak_ordering::equivalent;
  }

  std::weak_ordering visit(const term& left, const term& right, comparison how) noexcept {
    if (term_access::same(left, right)) return std::weak_ordering::equivalent;
    if (rank(left) != rank(right)) return rank(left) <=> rank(right);
    switch (left.kind()) {
    case term_kind::nil: return std::weak_ordering::equivalent;
    case term_kind::integer:
    case term_kind::big_integer:
    case term_kind::floating:
      if (how == comparison::arithmetic) return internal::compare_numbers(left, right);
      return internal::compare_numbers_exact(left, right);
    case term_kind::atom:
      if (how == comparison::equality) return std::weak_ordering::less;
      return compare_names(left.as_atom(), right.as_atom());
    case term_kind::reference:
    case term_kind::long_reference: return compare_references(left, right);
    case term_kind::port: return compare_ports(left, right);
    case term_kind::pid: return *left.to_pid() <=> *right.to_pid();
    case term_kind::bits: return compare_bits(left, right, how);
    case term_kind::fun: return visit_funs(left, right, how);
    case term_kind::tuple:
      if (left.size() != right.size()) return left.size() <=> right.size();
      push_arrays(left.elements().data(), right.elements().data(), left.size(), 1, how);
      return std::weak_ordering::equivalent;
    case term_kind::map: return visit_maps(left, right, how);
    case term_kind::list:
      push_lists(&term_access::as<const segment_node>(left), term_access::aux(left),
                 &term_access::as<const segment_node>(right), term_access::aux(right), how);
      return std::weak_ordering::equivalent;
    }
    return std::weak_ordering::equivalent;
  }

  std::weak_ordering visit_maps(const term& left, const term& right, comparison how) noexcept {
    if (left.size() != right.size()) return left.size() <=> right.size();
    const auto left_pairs = left.as_map().pairs();
    const auto right_pairs = right.as_map().pairs();
    static_assert(sizeof(map_pair) == 2 * sizeof(term));
    // All keys, exactly, and only then the values.
    push_arrays(&left_pairs[0].value, &right_pairs[0].value, left_pairs.size(), 2, how);
    push_arrays(&left_pairs[0].key, &right_pairs[0].key, left_pairs.size(), 2,
                how == comparison::arithmetic ? comparison::exact : how);
    return std::weak_ordering::equivalent;
  }

  std::weak_ordering visit_funs(const term& left, const term& right, comparison how) noexcept {
    const fun_view l = left.as_fun();
    const fun_view r = right.as_fun();
    if (l.what != r.what)
      return l.what == fun_view::form::closure ? std::weak_ordering::less : std::weak_ordering::greater;
    if (const auto order = compare_names(l.module, r.module); order != 0) return order;
    if (l.what == fun_view::form::external) {
      if (const auto order = compare_names(l.function, r.function); order != 0) return order;
      return l.arity <=> r.arity;
    }
    if (const auto order = internal::compare_integers(*l.old_index, *r.old_index); order != 0) return order;
    if (const auto order = internal::compare_integers(*l.old_uniq, *r.old_uniq); order != 0) return order;
    if (l.free_variables.size() != r.free_variables.size()) return l.free_variables.size() <=> r.free_variables.size();
    push_arrays(l.free_variables.data(), r.free_variables.data(), l.free_variables.size(), 1, how);
    return std::weak_ordering::equivalent;
  }

  boost::container::small_vector<work, 8> pending_;
};

std::strong_ordering strong(std::weak_ordering order) noexcept {
  if (order == 0) return std::strong_ordering::equal;
  return order < 0 ? std::strong_ordering::less : std::strong_ordering::greater;
}

} // namespace

std::weak_ordering compare(const term& left, const term& right) noexcept {
  return comparer{}.run(left, right, comparison::arithmetic);
}

std::strong_ordering compare_exact(const term& left, const term& right) noexcept {
  // What keys of maps mostly are needs no stack.
  if (left.is_atom() && right.is_atom()) return *left.to_atom() <=> *right.to_atom();
  return strong(comparer{}.run(left, right, comparison::exact));
}

bool term::equal_on_heap(const term& left, const term& right) noexcept {
  return comparer{}.run(left, right, comparison::equality) == 0;
}

} // namespace agner
