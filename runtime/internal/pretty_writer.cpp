// SPDX-License-Identifier: Apache-2.0

#include "pretty_writer.hpp"

#include <algorithm>

namespace agner::internal {

namespace {

print_options on_one_line(print_options how) {
  how.bytes_max = 0;
  return how;
}

} // namespace

pretty_writer::pretty_writer(const term& of, const print_options& how)
    : leaves_(on_one_line(how)),
      tree_(of, leaves_),
      bytes_max_(how.bytes_max),
      line_(static_cast<std::int64_t>(std::min<std::size_t>(how.line_characters, INT32_MAX))),
      widest_(tree_.root().width) {}

std::string pretty_writer::write() {
  // Behind the tag if there is room, else 4 columns in, else 1.
  for (const std::int64_t indent : {-1, 4, 1}) {
    indent_ = indent;
    if (indent == 1 || run(pass::measure)) break;
  }
  run(pass::draw);
  return std::move(text_);
}

bool pretty_writer::run(pass which) {
  pass_ = which;
  possible_ = true;
  steps_.assign(1, {step::what::part, ',', 0, 0, 1, 1, 0, 0});
  while (!steps_.empty() && possible_ && (bytes_max_ == 0 || text_.size() <= bytes_max_)) {
    const step now = steps_.back();
    steps_.pop_back();
    switch (now.kind) {
    case step::what::part: part(now); break;
    case step::what::elements: elements(now); break;
    case step::what::pairs: pairs(now); break;
    case step::what::value:
      if (draws()) text_ += " =>";
      new_line(now.start);
      steps_.push_back({step::what::part, ',', 0, now.at, now.start, now.start, now.closing, 0});
      break;
    }
  }
  return possible_;
}

// -- output -----------------------------------------------------------------------------------------------------------------------------

void pretty_writer::put_line(std::uint32_t at) {
  if (draws()) leaves_.write(*tree_[at].of, text_);
}

void pretty_writer::put_pair(std::uint32_t key) {
  if (!draws()) return;
  put_line(key);
  text_ += " => ";
  put_line(tree_[key].next);
}

void pretty_writer::new_line(std::int64_t column) {
  if (!draws()) return;
  text_ += '\n';
  text_.append(static_cast<std::size_t>(column - 1), ' ');
}

// -- parts ------------------------------------------------------------------------------------------------------------------------------

void pretty_writer::part(const step& now) {
  const pretty_part& of = tree_[now.at];
  if (of.kind == part_kind::leaf || fits(of.width, now.start, now.closing, now.used)) return put_line(now.at);
  if (of.kind == part_kind::bytes) return bytes(now, of);
  compound(now, of);
}

void pretty_writer::compound(const step& now, const pretty_part& of) {
  switch (of.kind) {
  case part_kind::list: put('['); return first_element(of.first, now, now.start + 1, now.used + 1, ']');
  case part_kind::tagged_tuple: put('{'); return tagged_tuple(now, of);
  case part_kind::map:
    if (draws()) text_ += "#{";
    return first_pair(now, of);
  default: put('{'); return first_element(of.first, now, now.start + 1, now.used + 1, '}');
  }
}

void pretty_writer::tagged_tuple(const step& now, const pretty_part& of) {
  const std::int64_t tag_width = tree_[of.first].width;
  const std::int64_t behind_tag = now.start + tag_width + 2;
  const std::uint32_t second = tree_[of.first].next;
  put_line(of.first);
  if (indent_ > 0 && tag_width + 2 > indent_) {
    const std::int64_t start = now.start + indent_;
    require(draws() || widest_ + start <= line_ || start <= line_ / 2);
    steps_.push_back(
        {step::what::elements, ',', '}', second, start, behind_tag, now.closing, now.used + 1 + tag_width});
  } else {
    require(draws() || widest_ + behind_tag < line_ || behind_tag < line_ / 2);
    put(',');
    first_element(second, now, behind_tag, now.used + 1 + tag_width + 1, '}');
  }
}

// -- elements of lists and tuples ---------------------------------------------------------------------------------------------------------

/// The element at @p at, where a line has just begun or a bracket been opened, and after it the others.
void pretty_writer::first_element(std::uint32_t at, const step& now, std::int64_t start, std::int64_t used,
                                  char close) {
  const pretty_part& of = tree_[at];
  const std::int64_t closing = closing_after(of.next, now.closing);
  const bool on_this_line = is_leaf(at) && fits(of.width, start, closing, used);
  const std::int64_t taken = on_this_line ? of.width : line_; // what was broken ends its line
  const char separator = close == ']' ? '|' : ',';
  steps_.push_back({step::what::elements, separator, close, of.next, start, start + taken, now.closing, used + taken});
  if (on_this_line) return put_line(at);
  steps_.push_back({step::what::part, ',', 0, at, start, start, closing, used});
}

void pretty_writer::elements(step now) {
  while (now.at != pretty_part::none && !tree_[now.at].is_tail) {
    const std::uint32_t at = now.at;
    const pretty_part& of = tree_[at];
    const std::int64_t closing = closing_after(of.next, now.closing);
    now.at = of.next;
    put(',');
    if (is_leaf(at) && fits_behind(of.width + 1, now.column, closing, now.used)) {
      put_line(at);
      now.column += of.width + 1;
      now.used += of.width + 1;
      continue;
    }
    new_line(now.start);
    const bool on_this_line = is_leaf(at) && fits(of.width, now.start, closing, 0);
    now.used = on_this_line ? of.width : line_;
    now.column = now.start + now.used;
    if (on_this_line) {
      put_line(at);
      continue;
    }
    steps_.push_back(now);
    steps_.push_back({step::what::part, ',', 0, at, now.start, now.start, closing, 0});
    return;
  }
  if (now.at != pretty_part::none) return tail(now);
  put(now.close);
}

void pretty_writer::tail(const step& now) {
  const pretty_part& of = tree_[now.at];
  step after = now;
  after.at = pretty_part::none;
  steps_.push_back(after);
  put(now.separator);
  if (is_leaf(now.at) && fits(of.width + 1, now.column, now.closing + 1, now.used)) return put_line(now.at);
  new_line(now.start);
  // The measuring pass of io_lib_pretty goes on from where the line has come to.
  const std::int64_t start = draws() ? now.start : now.column;
  steps_.push_back({step::what::part, ',', 0, now.at, start, start, now.closing + 1, 0});
}

// -- pairs of maps ------------------------------------------------------------------------------------------------------------------------

void pretty_writer::first_pair(const step& now, const pretty_part& of) {
  const std::int64_t start = now.start + 2;
  const std::int64_t used = now.used + (draws() ? 1 : 2); // the two passes of io_lib_pretty differ here
  const std::uint32_t next = tree_[tree_[of.first].next].next;
  const auto place = steps_.size();
  steps_.push_back({step::what::pairs, ',', '}', next, start, 0, now.closing, 0});
  const std::int64_t taken = pair(of.first, start, closing_after(next, now.closing), used);
  steps_[place].column = start + taken;
  steps_[place].used = draws() ? taken : used + taken; // and here
}

void pretty_writer::pairs(step now) {
  while (now.at != pretty_part::none) {
    const std::uint32_t key = now.at;
    const std::uint32_t value = tree_[key].next;
    const std::int64_t width = pair_width(key) + 1;
    now.at = tree_[value].next;
    const std::int64_t closing = closing_after(now.at, now.closing);
    put(',');
    if (is_leaf(key) && is_leaf(value) && fits_behind(width, now.column, closing, now.used)) {
      put_pair(key);
      now.column += width;
      now.used += width;
      continue;
    }
    new_line(now.start);
    const auto place = steps_.size();
    steps_.push_back(now);
    const std::int64_t taken = pair(key, now.start, closing, 0);
    steps_[place].column = now.column = now.start + taken;
    steps_[place].used = now.used = taken;
    if (steps_.size() > place + 1) return; // the pair is broken: first its parts, then the rest
    steps_.pop_back();
  }
  put(now.close);
}

/// A pair at the begin of a line: on this one, or as steps. Returns the characters it takes of its last line.
std::int64_t pretty_writer::pair(std::uint32_t key, std::int64_t start, std::int64_t closing, std::int64_t used) {
  const std::uint32_t value = tree_[key].next;
  if (fits(pair_width(key), start, closing, used)) {
    put_pair(key);
    return is_leaf(key) && is_leaf(value) ? pair_width(key) : line_;
  }
  const std::int64_t inner = start + (indent_ > 0 ? indent_ : 4);
  steps_.push_back({step::what::value, ',', 0, value, inner, inner, closing, 0});
  steps_.push_back({step::what::part, ',', 0, key, start, start, closing, used});
  return line_;
}

// -- bytes --------------------------------------------------------------------------------------------------------------------------------

void pretty_writer::bytes(const step& now, const pretty_part& of) {
  if (!draws()) return;
  const std::int64_t start = now.start + 2;
  const std::int64_t room = std::max<std::int64_t>(8, std::min(line_ - start, widest_ - 4 - now.used) - now.closing);
  std::string all;
  leaves_.write_leaf(*of.of, all);
  std::string_view rest = std::string_view{all}.substr(2, all.size() - 4);
  text_ += "<<";
  for (std::int64_t left = room; !rest.empty();) {
    const auto byte = rest.substr(0, rest.find(',') == std::string_view::npos ? rest.size() : rest.find(',') + 1);
    if (left < static_cast<std::int64_t>(byte.size())) {
      new_line(start);
      left = room;
    }
    left -= static_cast<std::int64_t>(byte.size());
    text_ += byte;
    rest.remove_prefix(byte.size());
  }
  text_ += ">>";
}

} // namespace agner::internal
