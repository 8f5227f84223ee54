// SPDX-License-Identifier: Apache-2.0
// Breaks the text of a term into lines as io_lib's ~p does. @source OTP 25 stdlib, io_lib_pretty: pp and cind with their kin

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "line_writer.hpp"
#include "pretty_tree.hpp"

namespace agner::internal {

class pretty_writer {
public:
  pretty_writer(const term& of, const print_options& how);

  /// The text, in as many lines as it takes.
  std::string write();

private:
  /// What to do next. Columns count from 1, and lines begin at the column of their part.
  struct step {
    enum class what : std::uint8_t { part, elements, pairs, value };
    what kind;
    char separator;       // before the tail of a list: `|`
    char close;           // after the last element or pair
    std::uint32_t at;     // the part; or the next element, key or value
    std::int64_t start;   // column of the part, or of new lines
    std::int64_t column;  // where the line has come to
    std::int64_t closing; // how many brackets must fit after the last one here
    std::int64_t used;    // characters of this line without its indentation
  };
  /// Whether a pass draws, or only finds out if the indentation stays within half a line.
  enum class pass : std::uint8_t { measure, draw };

  bool run(pass which);
  void part(const step& now);
  void compound(const step& now, const pretty_part& of);
  void tagged_tuple(const step& now, const pretty_part& of);
  void first_element(std::uint32_t at, const step& now, std::int64_t start, std::int64_t used, char close);
  void elements(step now);
  void tail(const step& now);
  void pairs(step now);
  std::int64_t pair(std::uint32_t key, std::int64_t start, std::int64_t closing, std::int64_t used);
  void first_pair(const step& now, const pretty_part& of);
  void bytes(const step& now, const pretty_part& of);

  [[nodiscard]] bool fits(std::int64_t width, std::int64_t column, std::int64_t closing,
                          std::int64_t used) const noexcept {
    return width < line_ - column - closing && width + used + closing <= widest_;
  }
  [[nodiscard]] bool fits_behind(std::int64_t width, std::int64_t column, std::int64_t closing,
                                 std::int64_t used) const noexcept {
    return closing == 0 ? width + 1 < line_ - column && used + width + 1 <= widest_
                        : width < line_ - column - closing && used + width + closing <= widest_;
  }
  [[nodiscard]] bool is_leaf(std::uint32_t at) const noexcept { return tree_[at].kind == part_kind::leaf; }
  [[nodiscard]] std::int64_t pair_width(std::uint32_t key) const noexcept {
    return tree_[key].width + 4 + tree_[tree_[key].next].width;
  }
  [[nodiscard]] std::int64_t closing_after(std::uint32_t next, std::int64_t closing) const noexcept {
    return next != pretty_part::none && !tree_[next].is_tail ? 0 : closing + 1;
  }
  void require(bool room) noexcept { possible_ = possible_ && room; }

  void put(char c) {
    if (draws()) text_ += c;
  }
  void put_line(std::uint32_t at);
  void put_pair(std::uint32_t key);
  void new_line(std::int64_t column);
  [[nodiscard]] bool draws() const noexcept { return pass_ == pass::draw; }

  line_writer leaves_;
  pretty_tree tree_;
  std::size_t bytes_max_;
  std::int64_t line_;        // columns of a line
  std::int64_t widest_;      // most characters a line may hold, without indentation
  std::int64_t indent_ = -1; // of the elements of a tagged tuple; -1: behind the tag
  pass pass_ = pass::measure;
  bool possible_ = true;
  std::vector<step> steps_;
  std::string text_;
};

} // namespace agner::internal
