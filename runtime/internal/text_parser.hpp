// SPDX-License-Identifier: Apache-2.0
// Makes terms of tokens. Open brackets are on a stack of its own, so depth costs memory, not stack.

#pragma once

#include <cstdint>
#include <vector>

#include "bit_writer.hpp"
#include "text_lexer.hpp"

namespace agner::internal {

class text_parser {
public:
  text_parser(std::string_view text, const text_limits& limits) : limits_(limits), lexer_(text, limits) { take(); }

  /// Each throws text_error.
  [[nodiscard]] bool at_end() const noexcept { return token_.kind == token_kind::end; }
  term read_term();
  void read_full_stop();
  void skip_full_stop();
  void read_end();

private:
  enum class bracket : std::uint8_t { tuple, list, tail, key, value };
  struct open {
    bracket kind;
    std::size_t first; // of its parts among the values
  };

  bool begin_term();
  bool begin_compound(bracket kind, std::string_view close);
  bool begin_map();
  bool continue_term();
  void close(const open& what);
  void read_scalar();
  void read_signed();
  void read_string();
  void read_fun();
  atom read_atom();

  void read_bits();
  void read_segment(bit_writer& into);
  struct segment_type {
    std::uint64_t size_bits = 8;
    bool has_size = false;
    bool is_utf8 = false;
  };
  segment_type read_segment_type();
  void write_segment(bit_writer& into, const term& value, const segment_type& type, const token& where);
  term read_integer_value();

  token take();
  bool take_if(std::string_view punctuation);
  void expect(std::string_view punctuation, const char* expected);
  [[noreturn]] void fail(const char* expected) const;
  [[noreturn]] static void fail_at(const token& where, std::string reason);

  const text_limits& limits_;
  text_lexer lexer_;
  token token_; // the next one
  std::vector<term> values_;
  std::vector<open> open_;
  std::uint64_t segment_bits_ = 0; // of all segments so far
};

} // namespace agner::internal
