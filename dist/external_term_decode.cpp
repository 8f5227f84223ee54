// SPDX-License-Identifier: Apache-2.0
// Reading terms: one pass, results written in place, nothing allocated before the bytes that pay for it are known to be there. Writing them: external_term_encode.cpp.

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <memory>
#include <string>
#include <tuple>

#include <boost/container/small_vector.hpp>
#include <fmt/format.h>

#include "../runtime/reasons.hpp"
#include "../runtime/reference.hpp"
#include "../runtime/term_builders.hpp"
#include "../runtime/term_slots.hpp"
#include "../runtime/term_views.hpp"
#include "external_term.hpp"
#include "internal/byte_reader.hpp"
#include "internal/codec_error.hpp"
#include "internal/compression.hpp"
#include "internal/float_text.hpp"
#include "internal/tag_names.hpp"

namespace agner::external_term {

namespace {

using dist::internal::byte_reader;
using dist::internal::complain;

/// What a heap node of each kind takes at most, beside its elements: a bound, not an account.
constexpr std::size_t node_bytes = 64;
constexpr std::size_t fun_bytes = 160;
/// Most bytes of an integer's magnitude. @source ERTS BIG_ARITY_MAX, 2^19 - 1 words
constexpr std::size_t integer_bytes_max = ((1UL << 19U) - 1) * 8;
constexpr std::size_t float_text_bytes = 31;
class decoder {
public:
  decoder(std::span<const std::byte> bytes, const decode_options& how, dist::atom_limits& pays) noexcept
      : in_(bytes), pays_(&pays), most_(how.most), memory_left_(how.most.decoded_bytes), source_(how.source) {}

  result<decoded> run(version first) {
    if (in_.remaining() > most_.message_bytes) {
      fault(kind::limit, fmt::format("{} bytes, the limit is {}", in_.remaining(), most_.message_bytes));
    } else if (first == version::implied || has_version()) {
      if (first == version::present && next_is(tag::compressed)) return unpack();
      read_all();
    }
    if (fault_) return std::unexpected{*std::move(fault_)};
    return decoded{std::move(root_), in_.offset()};
  }

private:
  /// Places in a row that are still to be filled. `at` null: the end of the container that `closes` says; `end` is then the place it is in.
  enum class closing : std::uint8_t { nothing, map, fun };
  struct stretch {
    term* at;
    term* end;
    closing closes = closing::nothing;
  };
  struct open_fun {
    atom module;
    std::uint32_t index;
    std::uint8_t arity;
    std::array<std::byte, 16> uniq;
    term parts; // a tuple: old index, old uniq, creator, free variables
  };
  enum class kind : std::uint8_t { bad, limit };

  // -- complaints -----------------------------------------------------------------------------------------------------------------

  bool fault(kind of, std::string_view what) {
    if (fault_) return false;
    std::string where;
    if (const auto name = dist::internal::name_of_tag(tag_); !name.empty()) where = fmt::format(", {}", name);
    fault_ = complain(of == kind::bad ? atom{"bad_external_term"_atom} : atom{reasons::system_limit},
                      fmt::format("byte {}{}: {}", tag_at_, where, what))
                 .error();
    return false;
  }
  bool bad(std::string_view what) { return fault(kind::bad, what); }
  bool truncated() { return bad("the bytes end within it"); }

  // -- what is paid before it is made -----------------------------------------------------------------------------------------------

  bool charge(std::size_t memory_bytes) {
    if (memory_bytes > memory_left_)
      return fault(kind::limit, fmt::format("the term would take more than {} bytes of memory", most_.decoded_bytes));
    memory_left_ -= memory_bytes;
    return true;
  }
  /// @p count more terms must follow: each takes a byte at least, and so do those that are owed to the containers around.
  bool owe(std::uint64_t count) {
    if (in_.remaining() < owed_ || count > in_.remaining() - owed_)
      return bad(fmt::format("promises {} terms, but only {} bytes follow", count, in_.remaining()));
    if (!charge(node_bytes + count * sizeof(term))) return false;
    owed_ += count;
    return true;
  }

  // -- the walk -------------------------------------------------------------------------------------------------------------------

  void read_all() {
    now_ = {&root_, &root_ + 1};
    owed_ = 1;
    while (term* place = take()) {
      --owed_;
      if (!read_into(*place)) return;
    }
  }

  /// The next place to fill; null at the end or where something that ends is wrong.
  term* take() {
    while (now_.at == now_.end) {
      if (later_.empty()) return nullptr;
      now_ = later_.back();
      later_.pop_back();
      if (now_.closes != closing::nothing) {
        if (!close(now_.closes, *now_.end)) return nullptr;
        now_ = {};
      }
    }
    return now_.at++;
  }
  bool put_aside(const stretch& rest) {
    if (later_.size() >= most_.depth)
      return fault(kind::limit, fmt::format("nested more than {} levels deep", most_.depth));
    later_.push_back(rest);
    return true;
  }
  /// Fills @p places before what is left now. Nothing is put aside where nothing is left, so a chain of last elements needs no memory.
  bool descend(term* places, std::size_t count) {
    if (now_.at != now_.end && !put_aside(now_)) return false;
    now_ = {places, places + count};
    return true;
  }
  bool descend(term* places, std::size_t count, closing closes, term& container) {
    return (now_.at == now_.end || put_aside(now_)) && put_aside({nullptr, &container, closes}) &&
           (now_ = {places, places + count}, true);
  }

  bool close(closing what, term& place) {
    if (what == closing::fun) return close_fun(place);
    if (agner::internal::order_map(place)) return true;
    tag_ = static_cast<std::uint8_t>(tag::map);
    tag_at_ = in_.offset();
    return bad("the map that ends here has a key twice");
  }

  // -- terms ----------------------------------------------------------------------------------------------------------------------

  bool read_into(term& place) {
    tag_at_ = in_.offset();
    tag_ = in_.u8();
    if (in_.is_short()) {
      tag_ = 0;
      return bad("the bytes end where a term should begin");
    }
    switch (static_cast<tag>(tag_)) {
    case tag::small_integer: return put(place, in_.u8());
    case tag::integer: return put(place, static_cast<std::int32_t>(in_.u32()));
    case tag::small_big: return read_big(place, in_.u8());
    case tag::large_big: return read_big(place, in_.u32());
    case tag::new_float: return read_float(place, std::bit_cast<double>(in_.u64()));
    case tag::float_text: return read_float_text(place);
    case tag::small_utf8_atom:
    case tag::utf8_atom:
    case tag::small_latin1_atom:
    case tag::latin1_atom: return read_atom(place);
    case tag::new_pid:
    case tag::old_pid: return read_pid(place);
    case tag::v4_port:
    case tag::new_port:
    case tag::old_port: return read_port(place);
    case tag::newer_reference:
    case tag::new_reference:
    case tag::old_reference: return read_reference(place);
    case tag::small_tuple: return read_tuple(place, in_.u8());
    case tag::large_tuple: return read_tuple(place, in_.u32());
    case tag::nil: return true; // every place is [] from the start
    case tag::string: return read_string(place);
    case tag::list: return read_list(place, in_.u32());
    case tag::map: return read_map(place, in_.u32());
    case tag::binary: return read_binary(place, in_.u32());
    case tag::bit_binary: return read_bit_binary(place);
    case tag::new_fun: return read_fun(place);
    case tag::export_fun: return read_export(place);
    case tag::compressed: return bad("only a whole term can be compressed, not a part of one");
    case tag::atom_cache_ref: return bad("refers to an atom cache, which was not agreed on");
    case tag::old_fun: return bad("is not in use since OTP 23");
    case tag::local: return bad("is another system's private format");
    }
    return bad(fmt::format("no term begins with {}", tag_));
  }

  /// Sets @p place, unless the bytes it was read from ran out.
  template <class Value>
  bool put(term& place, const Value& value) {
    if (in_.is_short()) return truncated();
    std::construct_at(&place, value);
    return true;
  }
  bool put_term(term& place, term&& value) {
    place.swap(value);
    return true;
  }

  // -- numbers ----------------------------------------------------------------------------------------------------------------------

  bool read_big(term& place, std::size_t length_bytes) {
    const bool negative = in_.u8() != 0; // OTP takes any sign byte but 0 for minus
    const auto magnitude = in_.take(length_bytes);
    if (in_.is_short()) return truncated();
    if (length_bytes > integer_bytes_max)
      return fault(kind::limit,
                   fmt::format("an integer of {} bytes; the largest has {}", length_bytes, integer_bytes_max));
    return charge(length_bytes > 8 ? node_bytes + length_bytes : 0) && put_term(place, integer(negative, magnitude));
  }

  bool read_float(term& place, double value) {
    if (in_.is_short()) return truncated();
    if (!std::isfinite(value)) return bad("is not finite; Erlang has no such float");
    return put(place, value);
  }

  bool read_float_text(term& place) {
    const auto text = dist::internal::as_text(in_.take(float_text_bytes));
    if (in_.is_short()) return truncated();
    const auto value = dist::internal::float_from_text(text);
    if (!value) return bad(fmt::format("{} is not a float", dist::internal::quoted(text.substr(0, text.find('\0')))));
    return read_float(place, *value);
  }

  // -- atoms and identifiers --------------------------------------------------------------------------------------------------------

  bool read_atom(term& place) {
    const auto value = atom_body();
    return value && put(place, *value);
  }
  /// What follows the tag of an atom, in `tag_`.
  std::optional<atom> atom_body() {
    const bool small = tag_ == static_cast<std::uint8_t>(tag::small_utf8_atom) ||
                       tag_ == static_cast<std::uint8_t>(tag::small_latin1_atom);
    const bool latin1 = tag_ == static_cast<std::uint8_t>(tag::latin1_atom) ||
                        tag_ == static_cast<std::uint8_t>(tag::small_latin1_atom);
    const std::size_t length_bytes = small ? in_.u8() : in_.u16();
    const auto text = dist::internal::as_text(in_.take(length_bytes));
    if (in_.is_short()) {
      truncated();
      return std::nullopt;
    }
    const auto value = latin1 ? interned_latin1(text) : pays_->intern(text);
    if (!value) no_atom(text, latin1);
    return value;
  }
  std::optional<atom> interned_latin1(std::string_view text) {
    if (text.size() > atom::characters_max) return std::nullopt;
    std::array<char, 2 * atom::characters_max> utf8{};
    std::size_t length_bytes = 0;
    for (const char c : text) {
      const auto code = static_cast<unsigned char>(c);
      if (code >= 0x80) utf8[length_bytes++] = static_cast<char>(0xc0U | code >> 6U);
      utf8[length_bytes++] = code < 0x80 ? c : static_cast<char>(0x80U | (code & 0x3fU));
    }
    return pays_->intern({utf8.data(), length_bytes});
  }
  void no_atom(std::string_view text, bool latin1) {
    if (pays_->atoms_left() == 0 || atom::count() >= atom::count_max)
      fault(kind::limit, fmt::format("{} would be one new atom too many", dist::internal::quoted(text)));
    else
      bad(fmt::format("{} is not {} of at most {} characters", dist::internal::quoted(text),
                      latin1 ? "Latin-1" : "UTF-8", atom::characters_max));
  }
  /// An atom with its tag, where the format wants one.
  std::optional<atom> inner_atom(std::string_view role) {
    const std::uint8_t outer = tag_;
    tag_ = in_.u8();
    std::optional<atom> value;
    switch (static_cast<tag>(tag_)) {
    case tag::small_utf8_atom:
    case tag::utf8_atom:
    case tag::small_latin1_atom:
    case tag::latin1_atom: value = atom_body(); break;
    default: {
      const std::uint8_t found = std::exchange(tag_, outer);
      in_.is_short() ? truncated() : bad(fmt::format("its {} is no atom but begins with {}", role, found));
    }
    }
    tag_ = outer;
    return value;
  }

  [[nodiscard]] bool is_old() const noexcept {
    return tag_ == static_cast<std::uint8_t>(tag::old_pid) || tag_ == static_cast<std::uint8_t>(tag::old_port) ||
           tag_ == static_cast<std::uint8_t>(tag::old_reference) ||
           tag_ == static_cast<std::uint8_t>(tag::new_reference);
  }
  /// The creation: one byte of two bits in the old tags, four bytes in the new.
  std::uint32_t creation() { return is_old() ? in_.u8() : in_.u32(); }
  std::optional<incarnation> life_of(atom node, std::uint32_t creation) {
    constexpr std::uint32_t old_creation_max = 3;
    if (in_.is_short()) {
      truncated();
      return std::nullopt;
    }
    if (is_old() && creation > old_creation_max) {
      bad(fmt::format("its creation is {}, but has two bits in this form", creation));
      return std::nullopt;
    }
    const auto life = pays_->intern(node, creation);
    if (!life) fault(kind::limit, "would be one new life of a node too many from this peer");
    return life;
  }

  bool read_pid(term& place) {
    const auto node = inner_atom("node");
    if (!node) return false;
    const std::uint32_t id = in_.u32();
    const std::uint32_t serial = in_.u32();
    const auto life = life_of(*node, creation());
    return life && put(place, pid{id, serial, *life});
  }

  bool read_port(term& place) {
    const auto node = inner_atom("node");
    if (!node) return false;
    const std::uint64_t id = tag_ == static_cast<std::uint8_t>(tag::v4_port) ? in_.u64() : in_.u32();
    const auto life = life_of(*node, creation());
    return life && put(place, port{id, *life});
  }

  bool read_reference(term& place) {
    constexpr std::uint32_t old_word_max = (1U << 18U) - 1;
    const bool one_word = tag_ == static_cast<std::uint8_t>(tag::old_reference);
    const std::size_t count = one_word ? 1 : in_.u16();
    if (!in_.is_short() && (count == 0 || count > reference::words_max))
      return bad(fmt::format("has {} words; references have 1 to {}", count, reference::words_max));
    const auto node = inner_atom("node");
    if (!node) return false;
    const auto life_number = one_word ? 0 : creation(); // behind the word in the oldest form
    std::array<std::uint32_t, reference::words_max> words{};
    for (std::size_t i = 0; i < count; ++i)
      words[i] = in_.u32();
    const auto life = life_of(*node, one_word ? creation() : life_number);
    if (!life) return false;
    if (is_old() && words[0] > old_word_max)
      return bad("its first word has more than 18 bits, which this form has not");
    return charge(count == 3 ? 0 : node_bytes) &&
           put_term(place, term{reference{std::span{words}.first(count), *life}});
  }

  // -- containers -------------------------------------------------------------------------------------------------------------------

  bool read_tuple(term& place, std::size_t arity) {
    if (in_.is_short()) return truncated();
    if (arity > agner::internal::heap_node::size_max)
      return bad(fmt::format("{} elements; a tuple has at most {}", arity, agner::internal::heap_node::size_max));
    if (!owe(arity)) return false;
    term* elements = nullptr;
    put_term(place, agner::internal::new_tuple(arity, elements));
    return arity == 0 || descend(elements, arity);
  }

  bool read_list(term& place, std::size_t length) {
    if (in_.is_short()) return truncated();
    if (!owe(std::uint64_t{length} + 1)) return false;
    if (length == 0) return descend(&place, 1); // OTP reads this as the tail alone
    if (now_.at != now_.end && !put_aside(now_)) return false;
    now_ = {};
    return make_segments(place, length);
  }
  /// The list's places, the first run of them next, the tail last. Only lists of more than 16 million elements have several runs.
  bool make_segments(term& place, std::size_t length) {
    boost::container::small_vector<stretch, 1> runs;
    term* at = &place;
    while (length > 0) {
      const std::size_t count = std::min<std::size_t>(length, agner::internal::heap_node::size_max);
      term* elements = nullptr;
      term* tail = nullptr;
      put_term(*at, agner::internal::new_list(count, elements, tail));
      runs.push_back({elements, elements + count});
      at = tail;
      length -= count;
    }
    if (!put_aside({at, at + 1})) return false;
    for (; runs.size() > 1; runs.pop_back())
      if (!put_aside(runs.back())) return false;
    now_ = runs.front();
    return true;
  }

  bool read_string(term& place) {
    const std::size_t length = in_.u16();
    const auto characters = in_.take(length);
    if (in_.is_short()) return truncated();
    if (length == 0) return true;
    if (!charge(node_bytes + length * sizeof(term))) return false;
    term* elements = nullptr;
    term* tail = nullptr;
    put_term(place, agner::internal::new_list(length, elements, tail));
    for (const std::byte c : characters)
      std::construct_at(elements++, std::to_integer<std::uint8_t>(c));
    return true;
  }

  bool read_map(term& place, std::size_t size) {
    if (in_.is_short()) return truncated();
    if (!owe(std::uint64_t{size} * 2)) return false;
    if (size > agner::internal::heap_node::size_max)
      return fault(kind::limit,
                   fmt::format("{} pairs; a map has at most {}", size, agner::internal::heap_node::size_max));
    term* places = nullptr;
    put_term(place, agner::internal::new_map(size, places));
    if (size < 2) return size == 0 || descend(places, 2);
    return descend(places, 2 * size, closing::map, place);
  }

  // -- binaries -----------------------------------------------------------------------------------------------------------------------

  bool read_binary(term& place, std::size_t length_bytes) {
    const auto bytes = in_.take(length_bytes);
    if (in_.is_short()) return truncated();
    if (source_ != nullptr && length_bytes >= share_bytes_min && length_bytes >= source_->bytes().size() / 2) {
      const auto offset = static_cast<std::size_t>(bytes.data() - source_->bytes().data());
      return charge(node_bytes) && put_term(place, binary_part(*source_, offset, length_bytes));
    }
    return charge(length_bytes == 0 ? 0 : node_bytes + length_bytes) && put_term(place, binary(bytes));
  }

  bool read_bit_binary(term& place) {
    const std::size_t length_bytes = in_.u32();
    const unsigned last_bits = in_.u8();
    const auto bytes = in_.take(length_bytes);
    if (in_.is_short()) return truncated();
    if (last_bits > 8 || (last_bits == 0) != (length_bytes == 0))
      return bad(fmt::format("{} bits used of the last of {} bytes", last_bits, length_bytes));
    return charge(length_bytes == 0 ? 0 : node_bytes + length_bytes) &&
           put_term(place, bitstring(bytes, last_bits % 8));
  }

  // -- funs ---------------------------------------------------------------------------------------------------------------------------

  bool read_fun(term& place) {
    constexpr std::size_t fixed_parts = 3; // old index, old uniq, creator
    std::ignore = in_.u32();               // its size: OTP ignores it, and it is written anew
    open_fun fun{};
    fun.arity = in_.u8();
    std::ranges::copy(in_.take(fun.uniq.size()), fun.uniq.begin());
    fun.index = in_.u32();
    const std::size_t free_variables = in_.u32();
    const auto module = inner_atom("module");
    if (!module) return false;
    fun.module = *module;
    if (!owe(free_variables + fixed_parts) || !charge(fun_bytes + free_variables * sizeof(term))) return false;
    if (free_variables + fixed_parts > agner::internal::heap_node::size_max)
      return fault(kind::limit, fmt::format("{} free variables", free_variables));
    term* parts = nullptr;
    fun.parts = agner::internal::new_tuple(free_variables + fixed_parts, parts);
    open_funs_.push_back(std::move(fun));
    return descend(parts, free_variables + fixed_parts, closing::fun, place);
  }
  bool close_fun(term& place) {
    const open_fun fun = std::move(open_funs_.back());
    open_funs_.pop_back();
    tag_ = static_cast<std::uint8_t>(tag::new_fun);
    const auto parts = fun.parts.elements();
    if (!parts[0].to_int64() || !parts[1].to_int64()) return bad("its old index and old uniq are small integers");
    if (!parts[2].is_pid()) return bad("its creator is a pid");
    return put_term(place, closure({.module = fun.module,
                                    .arity = fun.arity,
                                    .uniq = fun.uniq,
                                    .index = fun.index,
                                    .old_index = parts[0],
                                    .old_uniq = parts[1],
                                    .creator = parts[2],
                                    .free_variables = parts.subspan(3)}));
  }

  bool read_export(term& place) {
    const auto module = inner_atom("module");
    if (!module) return false;
    const auto function = inner_atom("function");
    if (!function) return false;
    term arity;
    const std::size_t began = tag_at_;
    if (in_.remaining() == 0) return truncated();
    const std::uint8_t inner = std::to_integer<std::uint8_t>(in_.peek());
    const bool is_integer = inner == static_cast<std::uint8_t>(tag::small_integer) ||
                            inner == static_cast<std::uint8_t>(tag::integer) ||
                            inner == static_cast<std::uint8_t>(tag::small_big);
    if (is_integer && !read_into(arity)) return false;
    tag_ = static_cast<std::uint8_t>(tag::export_fun);
    tag_at_ = began;
    const auto count = arity.to_int64();
    if (!count || *count < 0 || *count > UINT32_MAX) return bad("its arity is no number of arguments");
    return charge(fun_bytes) && put_term(place, export_fun(*module, *function, static_cast<std::uint32_t>(*count)));
  }

  // -- whole terms ------------------------------------------------------------------------------------------------------------------

  bool has_version() {
    const auto first = in_.u8();
    if (in_.is_short()) return bad("there are no bytes");
    if (std::byte{first} == version_byte) return true;
    return bad(fmt::format("a term begins with the version 131, this with {}", first));
  }
  bool next_is(tag t) const noexcept { return in_.remaining() != 0 && in_.peek() == static_cast<std::byte>(t); }

  /// A compressed term: inflated into a binary of the size that it claims, which must be plausible first and exact afterwards.
  result<decoded> unpack() {
    tag_at_ = in_.offset();
    tag_ = in_.u8();
    const std::size_t claimed_bytes = in_.u32();
    const auto packed = in_.rest();
    if (in_.is_short()) {
      truncated();
    } else if (claimed_bytes > most_.message_bytes || !charge(claimed_bytes)) {
      fault(kind::limit, fmt::format("claims to unpack to {} bytes", claimed_bytes));
    } else if (claimed_bytes / dist::internal::inflation_max > packed.size()) {
      bad(fmt::format("{} bytes cannot unpack to {}", packed.size(), claimed_bytes));
    } else {
      binary_builder builder{claimed_bytes};
      if (const auto used_bytes = dist::internal::inflate_exactly(packed, builder.bytes()))
        return read_unpacked(std::move(builder).finish(claimed_bytes), in_.offset() - packed.size() + *used_bytes);
      bad(fmt::format("does not unpack to the {} bytes that it claims", claimed_bytes));
    }
    return std::unexpected{*std::move(fault_)};
  }
  result<decoded> read_unpacked(const term& plain, std::size_t consumed_bytes) {
    decode_options how{.first = version::implied, .most = most_, .source = &plain};
    how.most.decoded_bytes = memory_left_;
    auto inner = decoder{plain.bytes(), how, *pays_}.run(version::implied);
    if (inner) inner->consumed_bytes = consumed_bytes;
    return inner;
  }
  byte_reader in_;
  dist::atom_limits* pays_;
  limits most_;
  std::size_t memory_left_;
  const term* source_;
  std::size_t owed_ = 0; // terms that must still follow
  std::size_t tag_at_ = 0;
  std::uint8_t tag_ = 0;
  std::optional<error> fault_;
  term root_;
  stretch now_{};
  boost::container::small_vector<stretch, 32> later_;
  boost::container::small_vector<open_fun, 1> open_funs_;
};

} // namespace

result<decoded> decode(std::span<const std::byte> bytes, const decode_options& how) {
  dist::atom_limits for_this_call;
  return decoder{bytes, how, how.pays != nullptr ? *how.pays : for_this_call}.run(how.first);
}

result<term> from_binary(const term& binary, const decode_options& how) {
  if (!binary.is_binary()) return complain("bad_external_term"_atom, "not a binary");
  decode_options sharing = how;
  sharing.source = &binary;
  auto read = decode(binary.bytes(), sharing);
  if (!read) return std::unexpected{read.error()};
  if (const std::size_t rest = binary.bytes().size() - read->consumed_bytes; rest != 0)
    return complain("bad_external_term"_atom,
                    fmt::format("byte {}: {} bytes follow the term", read->consumed_bytes, rest));
  return std::move(read->value);
}

} // namespace agner::external_term
