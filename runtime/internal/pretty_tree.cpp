// SPDX-License-Identifier: Apache-2.0

#include "pretty_tree.hpp"

#include "../error.hpp"
#include "../reasons.hpp"
#include "term_layout.hpp"
#include "utf8.hpp"

namespace agner::internal {

// Parts are laid out breadth first: a parent comes before its children, and children of one parent in a row.
pretty_tree::pretty_tree(const term& of, const line_writer& leaves) : leaves_(leaves) {
  append(pretty_part::none, of);
  for (std::uint32_t at = 0; at < parts_.size(); ++at) {
    last_ = pretty_part::none;
    add_children(at);
  }
  add_widths();
}

void pretty_tree::append(std::uint32_t parent, const term& of, bool is_tail) {
  if (parts_.size() >= pretty_part::none) raise_error(reasons::system_limit);
  const auto at = static_cast<std::uint32_t>(parts_.size());
  pretty_part& part = parts_.emplace_back(&of);
  part.is_tail = is_tail;
  scratch_.clear();
  if (leaves_.write_leaf(of, scratch_)) {
    part.width = static_cast<std::int64_t>(*count_code_points(scratch_));
    if (of.is_bitstring() && !scratch_.starts_with("<<\"") && scratch_ != "<<>>") part.kind = part_kind::bytes;
  } else if (of.is_tuple()) {
    part.kind = of.size() > 1 && of.elements()[0].is_atom() ? part_kind::tagged_tuple : part_kind::tuple;
  } else {
    part.kind = of.is_map() ? part_kind::map : part_kind::list;
  }
  if (last_ != pretty_part::none) {
    parts_[last_].next = at;
  } else if (parent != pretty_part::none) {
    parts_[parent].first = at;
  }
  last_ = at;
}

void pretty_tree::add_children(std::uint32_t parent) {
  const term& of = *parts_[parent].of;
  switch (parts_[parent].kind) {
  case part_kind::leaf:
  case part_kind::bytes: return;
  case part_kind::list: return add_list(parent);
  case part_kind::tagged_tuple:
  case part_kind::tuple:
    for (const term& element : of.elements())
      append(parent, element);
    return;
  case part_kind::map:
    for (const map_pair& pair : of.as_map()) {
      append(parent, pair.key);
      append(parent, pair.value);
    }
    return;
  }
}

void pretty_tree::add_list(std::uint32_t parent) {
  const term* rest = parts_[parent].of;
  while (rest->is_cons()) {
    const auto& segment = term_access::as<const segment_node>(*rest);
    for (std::size_t i = term_access::aux(*rest); i < segment.head.size(); ++i)
      append(parent, segment.elements()[i]);
    rest = &segment.tail;
  }
  if (!rest->is_nil()) append(parent, *rest, true);
}

void pretty_tree::add_widths() {
  // Children come after their parents, so from the end every child is done before its parent.
  for (std::size_t at = parts_.size(); at > 0; --at) {
    pretty_part& part = parts_[at - 1];
    if (part.kind == part_kind::leaf || part.kind == part_kind::bytes) continue;
    part.width = part.kind == part_kind::map ? 3 : 2; // brackets
    bool is_value = false;
    for (auto child = part.first; child != pretty_part::none; child = parts_[child].next) {
      part.width += parts_[child].width;
      if (part.kind == part_kind::map && is_value) part.width += 4;                        // " => "
      if (child != part.first && !(part.kind == part_kind::map && is_value)) ++part.width; // separator
      is_value = !is_value;
    }
  }
}

} // namespace agner::internal
