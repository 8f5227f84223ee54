// SPDX-License-Identifier: Apache-2.0
// A term with the width of each of its parts on one line: what has to be known before lines can be broken.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "line_writer.hpp"

namespace agner::internal {

/// What a part is for the layout. A leaf is never broken: a scalar, an empty tuple, list or map, a text.
enum class part_kind : std::uint8_t { leaf, bytes, list, tagged_tuple, tuple, map };

/// A part of the term. Parts of a compound one are chained; those of a map are key, value, key, value.
struct pretty_part {
  static constexpr std::uint32_t none = UINT32_MAX;

  const term* of;
  std::int64_t width = 0; // characters on one line
  std::uint32_t first = none;
  std::uint32_t next = none;
  part_kind kind = part_kind::leaf;
  bool is_tail = false; // what follows `|`
};

class pretty_tree {
public:
  /// Measures @p of, which must outlive this.
  pretty_tree(const term& of, const line_writer& leaves);

  [[nodiscard]] const pretty_part& root() const noexcept { return parts_.front(); }
  [[nodiscard]] const pretty_part& operator[](std::uint32_t at) const noexcept { return parts_[at]; }

private:
  void add_children(std::uint32_t parent);
  void add_list(std::uint32_t parent);
  void append(std::uint32_t parent, const term& of, bool is_tail = false);
  void add_widths();

  std::vector<pretty_part> parts_;
  const line_writer& leaves_;
  std::uint32_t last_ = pretty_part::none; // of the parent whose children are being added
  std::string scratch_;
};

} // namespace agner::internal
