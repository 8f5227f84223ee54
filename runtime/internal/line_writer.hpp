// SPDX-License-Identifier: Apache-2.0
// A term as text on one line. Depth costs memory, not stack.

#pragma once

#include <string>
#include <vector>

#include "../term_text.hpp"
#include "scalar_text.hpp"

namespace agner::internal {

/// Cuts @p text at @p at, or before the character that would be torn but not before @p from, and says so with `...`.
void cut(std::string& text, std::size_t from, std::size_t at);

class line_writer {
public:
  explicit line_writer(const print_options& how) noexcept;

  /// Appends the text of @p of to @p to; past the limit of bytes ends it with `...`.
  void write(const term& of, std::string& to);

  /// Appends the text of a term that holds no others and of lists and bitstrings that are written as text or bytes; false, and nothing appended, for the rest.
  bool write_leaf(const term& of, std::string& to) const;

private:
  enum class row_kind : std::uint8_t { tuple, list, map };
  /// The rest of a compound term.
  struct row {
    const term* at;
    std::size_t left;
    const term* tail; // of a list: what follows the last element here
    row_kind kind;
    bool first;
  };

  void open(const term& of, std::string& to);
  void next(std::string& to);
  void end_of_row(std::string& to);
  void push_segment(const term& list, bool first);
  void write_bits(const term& of, std::string& to) const;
  void write_bytes(const term& of, std::string& to) const;
  void write_text_list(const term& list, std::string& to) const;
  [[nodiscard]] bool is_full(const std::string& to) const noexcept { return bytes_max_ != 0 && to.size() > bytes_max_; }

  repertoire repertoire_;
  bool plain_;
  std::size_t bytes_max_;
  std::vector<row> rows_;
};

} // namespace agner::internal
