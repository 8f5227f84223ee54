// SPDX-License-Identifier: Apache-2.0
// Writing terms. Reading them: external_term_decode.cpp.

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include <boost/container/small_vector.hpp>
#include <fmt/format.h>

#include "../runtime/reasons.hpp"
#include "../runtime/reference.hpp"
#include "../runtime/term_builders.hpp"
#include "../runtime/term_slots.hpp"
#include "../runtime/term_views.hpp"
#include "external_term.hpp"
#include "internal/codec_error.hpp"
#include "internal/compression.hpp"

namespace agner::external_term {

namespace {

using dist::gather_buffer;
using dist::internal::complain;

/// Writes to a buffer.
class writing {
public:
  explicit writing(gather_buffer& into) noexcept : into_(&into), before_(into.size()) {}

  template <std::size_t N>
  void put(const std::array<std::byte, N>& bytes) {
    std::memcpy(into_->extend(N), bytes.data(), N);
  }
  void bytes(std::span<const std::byte> bytes) { into_->append(bytes); }
  void large_bytes(const term& bits) {
    if (bits.bytes().size() < refer_bytes_min)
      into_->append(bits.bytes());
    else
      into_->refer(bits);
  }
  [[nodiscard]] std::size_t size() const noexcept { return into_->size() - before_; }
  [[nodiscard]] std::size_t mark() const noexcept { return into_->mark(); }
  void patch_u32(std::size_t mark, std::uint32_t value) noexcept { into_->patch_u32(mark, value); }

private:
  gather_buffer* into_;
  std::size_t before_;
};

/// Counts only.
class counting {
public:
  template <std::size_t N>
  void put(const std::array<std::byte, N>&) noexcept {
    size_ += N;
  }
  void bytes(std::span<const std::byte> bytes) noexcept { size_ += bytes.size(); }
  void large_bytes(const term& bits) noexcept { size_ += bits.bytes().size(); }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] static std::size_t mark() noexcept { return 0; }
  static void patch_u32(std::size_t, std::uint32_t) noexcept {}

private:
  std::size_t size_ = 0;
};

/// Big-endian bytes of integers, one after the other.
template <class... Integers>
constexpr auto big_endian(Integers... values) noexcept {
  std::array<std::byte, (0 + ... + sizeof(Integers))> bytes{};
  std::size_t at = 0;
  const auto append = [&](auto value) {
    for (std::size_t i = sizeof(value); i-- > 0;)
      bytes[at++] = static_cast<std::byte>(static_cast<std::uint64_t>(value) >> 8U * i & 0xffU);
  };
  (append(values), ...);
  return bytes;
}

std::size_t list_length(const term& list) noexcept {
  std::size_t length = 0;
  for (const term* rest = &list; rest->is_cons();) {
    const auto run = agner::internal::first_run(*rest);
    length += run.elements.size();
    rest = run.tail;
  }
  return length;
}

/// Most elements of a list of bytes that is written as a string. @source erl_ext_dist: the length has 16 bits
constexpr std::size_t string_length_max = 0xffff;

/// A proper list of bytes that is short enough: written as a string, as OTP does.
bool is_string(const term& list) noexcept {
  std::size_t length = 0;
  for (const term* rest = &list;;) {
    const auto run = agner::internal::first_run(*rest);
    length += run.elements.size();
    if (length > string_length_max) return false;
    for (const term& element : run.elements) {
      const auto value = element.to_int64();
      if (!value || *value < 0 || *value > 0xff) return false;
    }
    if (run.tail->is_nil()) return true;
    if (!run.tail->is_cons()) return false;
    rest = run.tail;
  }
}

template <class Sink>
class encoder {
public:
  encoder(Sink sink, const encode_options& how) noexcept
      : sink_(sink),
        long_identifiers_(how.peer_reads == identifiers::long_),
        bytes_max_(std::min<std::size_t>(how.bytes_max, UINT32_MAX)) {}

  result<> run(const term& root, version first) {
    if (first == version::present) sink_.put(std::array{version_byte});
    now_ = {&root, &root + 1, nullptr};
    while (const term* next = take()) {
      write(*next);
      if (sink_.size() > bytes_max_) problem_ = problem::too_long;
      if (problem_ != problem::none) return give_up();
    }
    return {};
  }
  [[nodiscard]] std::size_t size() const noexcept { return sink_.size(); }

private:
  /// Terms in a row that are still to be written, and the tail of the list they are in. No tail and no terms: the end of a fun.
  struct stretch {
    const term* at = nullptr;
    const term* end = nullptr;
    const term* tail = nullptr;
  };
  struct open_fun {
    std::size_t mark;
    std::size_t size_before;
  };
  enum class problem : std::uint8_t { none, too_long, long_identifier };

  // -- what comes next ------------------------------------------------------------------------------------------------------------

  /// The next term to write; null at the end.
  const term* take() {
    for (;;) {
      if (now_.at != now_.end) return now_.at++;
      if (now_.tail != nullptr) {
        if (!now_.tail->is_cons()) return std::exchange(now_.tail, nullptr);
        enter(agner::internal::first_run(*now_.tail));
        continue;
      }
      if (later_.empty()) return nullptr;
      now_ = later_.back();
      later_.pop_back();
      if (now_.at == nullptr && now_.tail == nullptr) close_fun();
    }
  }
  void enter(const agner::internal::list_run& run) noexcept {
    now_ = {run.elements.data(), run.elements.data() + run.elements.size(), run.tail};
  }
  /// Puts what is left aside; nothing is put aside where nothing is left, so a chain of last elements needs no memory.
  void descend(std::span<const term> into, const term* tail = nullptr) {
    if (now_.at != now_.end || now_.tail != nullptr) later_.push_back(now_);
    now_ = {into.data(), into.data() + into.size(), tail};
  }

  // -- terms ----------------------------------------------------------------------------------------------------------------------

  void write(const term& t) {
    switch (t.kind()) {
    case term_kind::nil: return put(tag::nil);
    case term_kind::integer: return write_integer(*t.to_int64());
    case term_kind::big_integer: return write_big(t.as_integer());
    case term_kind::floating: return put(tag::new_float, std::bit_cast<std::uint64_t>(*t.to_double()));
    case term_kind::atom: return write_atom(*t.to_atom());
    case term_kind::pid: return write_pid(*t.to_pid());
    case term_kind::port: return write_port(*t.to_port());
    case term_kind::reference:
    case term_kind::long_reference: return write_reference(*t.to_reference());
    case term_kind::tuple: return write_tuple(t.elements());
    case term_kind::list: return write_list(t);
    case term_kind::map: return write_map(t.as_map());
    case term_kind::bits: return write_bits(t);
    case term_kind::fun: return write_fun(t.as_fun());
    }
  }

  template <class... Fields>
  void put(tag of, Fields... fields) {
    sink_.put(big_endian(static_cast<std::uint8_t>(of), fields...));
  }

  void write_integer(std::int64_t value) {
    if (value >= 0 && value <= 0xff) return put(tag::small_integer, static_cast<std::uint8_t>(value));
    if (value >= INT32_MIN && value <= INT32_MAX) return put(tag::integer, static_cast<std::uint32_t>(value));
    const bool negative = value < 0;
    const std::uint64_t magnitude =
        negative ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
    const auto length_bytes = static_cast<std::uint8_t>((static_cast<unsigned>(std::bit_width(magnitude)) + 7U) / 8U);
    put(tag::small_big, length_bytes, static_cast<std::uint8_t>(negative));
    std::array<std::byte, 8> digits{};
    for (unsigned i = 0; i < 8; ++i)
      digits[i] = static_cast<std::byte>(magnitude >> 8U * i & 0xffU);
    sink_.bytes(std::span{digits}.first(length_bytes));
  }

  void write_big(const integer_view& value) {
    const std::size_t length_bytes = value.big.size();
    const auto sign = static_cast<std::uint8_t>(value.negative);
    if (length_bytes <= 0xff)
      put(tag::small_big, static_cast<std::uint8_t>(length_bytes), sign);
    else
      put(tag::large_big, static_cast<std::uint32_t>(length_bytes), sign);
    sink_.bytes(value.big);
  }

  void write_atom(atom value) {
    const std::string_view name = value.name();
    if (name.size() <= 0xff)
      put(tag::small_utf8_atom, static_cast<std::uint8_t>(name.size()));
    else
      put(tag::utf8_atom, static_cast<std::uint16_t>(name.size()));
    sink_.bytes(std::as_bytes(std::span{name}));
  }

  void write_pid(const pid& value) {
    put(tag::new_pid);
    write_atom(value.home.node());
    sink_.put(big_endian(value.id, value.serial, value.home.creation()));
  }

  void write_port(const port& value) {
    // OTP writes the short form where 28 bits do, though the receiver reads 32: as it does, so do we.
    constexpr std::uint64_t short_port_max = (1U << 28U) - 1;
    if (value.id <= short_port_max) {
      put(tag::new_port);
      write_atom(value.home.node());
      return sink_.put(big_endian(static_cast<std::uint32_t>(value.id), value.home.creation()));
    }
    if (!long_identifiers_) problem_ = problem::long_identifier;
    put(tag::v4_port);
    write_atom(value.home.node());
    sink_.put(big_endian(value.id, value.home.creation()));
  }

  void write_reference(const reference& value) {
    constexpr std::size_t short_reference_words_max = 3;
    std::array<std::uint32_t, reference::words_max> words{};
    const std::size_t count = value.words(words);
    if (count > short_reference_words_max && !long_identifiers_) problem_ = problem::long_identifier;
    const incarnation home = value.home();
    put(tag::newer_reference, static_cast<std::uint16_t>(count));
    write_atom(home.node());
    sink_.put(big_endian(home.creation()));
    for (std::size_t i = 0; i < count; ++i)
      sink_.put(big_endian(words[i]));
  }

  void write_tuple(std::span<const term> elements) {
    if (elements.size() <= 0xff)
      put(tag::small_tuple, static_cast<std::uint8_t>(elements.size()));
    else
      put(tag::large_tuple, static_cast<std::uint32_t>(elements.size()));
    descend(elements);
  }

  void write_list(const term& list) {
    if (is_string(list)) return write_string(list);
    const std::size_t length = list_length(list);
    if (length > bytes_max_) {
      problem_ = problem::too_long;
      return;
    }
    put(tag::list, static_cast<std::uint32_t>(length));
    const auto run = agner::internal::first_run(list);
    descend(run.elements, run.tail);
  }

  void write_string(const term& list) {
    put(tag::string, static_cast<std::uint16_t>(list_length(list)));
    for (const term* rest = &list; rest->is_cons();) {
      const auto run = agner::internal::first_run(*rest);
      for (const term& element : run.elements)
        sink_.put(std::array{static_cast<std::byte>(*element.to_int64())});
      rest = run.tail;
    }
  }

  void write_map(const map_view& map) {
    put(tag::map, static_cast<std::uint32_t>(map.size()));
    static_assert(sizeof(map_pair) == 2 * sizeof(term));
    descend({reinterpret_cast<const term*>(map.pairs().data()), 2 * map.size()});
  }

  void write_bits(const term& bits) {
    const std::size_t length_bytes = bits.bytes().size();
    if (length_bytes > bytes_max_) {
      problem_ = problem::too_long;
      return;
    }
    const auto trailing_bits = static_cast<std::uint8_t>(bits.bit_size() % 8);
    if (trailing_bits == 0)
      put(tag::binary, static_cast<std::uint32_t>(length_bytes));
    else
      put(tag::bit_binary, static_cast<std::uint32_t>(length_bytes), trailing_bits);
    sink_.large_bytes(bits);
  }

  void write_fun(const fun_view& fun) {
    if (fun.what == fun_view::form::external) {
      put(tag::export_fun);
      write_atom(fun.module);
      write_atom(fun.function);
      return write_integer(fun.arity);
    }
    put(tag::new_fun);
    open_funs_.push_back({sink_.mark(), sink_.size()});
    sink_.put(big_endian(std::uint32_t{0}, static_cast<std::uint8_t>(fun.arity)));
    sink_.bytes(fun.uniq);
    sink_.put(big_endian(fun.index, static_cast<std::uint32_t>(fun.free_variables.size())));
    write_atom(fun.module);
    if (now_.at != now_.end || now_.tail != nullptr) later_.push_back(now_);
    later_.push_back({}); // the end of this fun
    now_ = {};
    const auto free_variables = fun.free_variables;
    if (!free_variables.empty())
      later_.push_back({free_variables.data(), free_variables.data() + free_variables.size(), nullptr});
    for (const term* part : {fun.creator, fun.old_uniq})
      later_.push_back({part, part + 1, nullptr});
    now_ = {fun.old_index, fun.old_index + 1, nullptr};
  }

  /// All parts of the innermost open fun are written: its size is known.
  void close_fun() {
    const open_fun fun = open_funs_.back();
    open_funs_.pop_back();
    sink_.patch_u32(fun.mark, static_cast<std::uint32_t>(sink_.size() - fun.size_before));
  }

  [[nodiscard]] result<> give_up() const {
    if (problem_ == problem::long_identifier)
      return complain(reasons::system_limit,
                      "the peer reads no ports above 28 bits and no references of more than three words (no V4_NC)");
    return complain(reasons::system_limit, fmt::format("the term takes more than {} bytes", bytes_max_));
  }

  Sink sink_;
  bool long_identifiers_;
  std::size_t bytes_max_;
  problem problem_ = problem::none;
  stretch now_;
  boost::container::small_vector<stretch, 32> later_;
  boost::container::small_vector<open_fun, 2> open_funs_;
};

term as_binary(const gather_buffer& bytes) {
  binary_builder builder{bytes.size()};
  std::byte* at = builder.bytes().data();
  bytes.for_each([&](std::span<const std::byte> piece) { at = std::ranges::copy(piece, at).out; });
  return std::move(builder).finish(bytes.size());
}

} // namespace

result<> encode(const term& what, gather_buffer& into, const encode_options& how) {
  return encoder{writing{into}, how}.run(what, how.first);
}

result<std::size_t> encoded_size(const term& what, const encode_options& how) {
  encoder counter{counting{}, how};
  if (auto counted = counter.run(what, how.first); !counted) return std::unexpected{counted.error()};
  return counter.size();
}

result<term> to_binary(const term& what, compression how) {
  constexpr std::size_t compressed_head_bytes = 5; // tag and length
  gather_buffer plain;
  if (auto encoded = encode(what, plain, {.first = version::implied}); !encoded)
    return std::unexpected{encoded.error()};
  gather_buffer whole;
  whole.append(std::span{&version_byte, 1});
  if (how != compression::none) {
    const auto packed = dist::internal::deflated(plain, how == compression::fast ? 1 : 9);
    if (packed.size() + compressed_head_bytes < plain.size()) {
      whole.append(big_endian(static_cast<std::uint8_t>(tag::compressed), static_cast<std::uint32_t>(plain.size())));
      whole.append(packed);
      return as_binary(whole);
    }
  }
  whole.append(plain);
  return as_binary(whole);
}

} // namespace agner::external_term
