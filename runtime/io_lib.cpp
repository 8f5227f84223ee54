// SPDX-License-Identifier: Apache-2.0

#include "io_lib.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include "internal/line_writer.hpp"
#include "internal/scalar_text.hpp"
#include "internal/utf8.hpp"
#include "term_text.hpp"
#include "term_views.hpp"

namespace agner::io_lib {

namespace {

constexpr std::size_t line_characters = 80;

struct control {
  char what;
  bool unicode;
  bool one_line;
};

/// Takes a control sequence, without its tilde, off @p format.
std::optional<control> take_control(std::string_view& format) {
  const auto take = [&](char wanted) {
    const bool there = format.starts_with(wanted);
    if (there) format.remove_prefix(1);
    return there;
  };
  const bool one_line = take('0');
  const bool unicode = take('t');
  if (format.empty()) return std::nullopt;
  const char what = format.front();
  format.remove_prefix(1);
  constexpr std::string_view known = "pwsbn~";
  constexpr std::string_view with_unicode = "pws";
  if (!known.contains(what) || (unicode && !with_unicode.contains(what)) || (one_line && what != 'p'))
    return std::nullopt;
  return control{what, unicode, one_line};
}

class writer {
public:
  explicit writer(std::size_t bytes_max) noexcept : bytes_max_(bytes_max) {}

  [[nodiscard]] bool is_full() const noexcept { return bytes_max_ != 0 && text_.size() > bytes_max_; }

  void write_text(std::string_view text) { text_ += text; }

  /// False if @p argument is of the wrong kind.
  bool write(const control& how, const term& argument) {
    switch (how.what) {
    case 'p': write_pretty(how, argument); return true;
    case 'w': write_plain(how, argument); return true;
    case 'b':
      if (argument.is_integer()) internal::append_integer(text_, argument, bytes_left());
      return argument.is_integer();
    default: return write_characters(how, argument);
    }
  }

  std::string finish() && {
    if (is_full()) internal::cut(text_, 0, bytes_max_);
    return std::move(text_);
  }

private:
  [[nodiscard]] std::size_t bytes_left() const noexcept {
    return bytes_max_ == 0 ? 0 : std::max(bytes_max_ + 1 - std::min(bytes_max_, text_.size()), std::size_t{1});
  }

  /// How many characters the last line has.
  [[nodiscard]] std::size_t column() const {
    const std::size_t line = text_.rfind('\n') + 1; // 0 where there is none
    return internal::count_code_points(std::string_view{text_}.substr(line)).value_or(text_.size() - line);
  }

  void write_pretty(const control& how, const term& argument) {
    const std::size_t indentation = std::min(column(), line_characters / 2);
    const std::string printed = print(argument, {.plain = false,
                                                 .unicode = how.unicode,
                                                 .line_characters = how.one_line ? 0 : line_characters - indentation,
                                                 .bytes_max = bytes_left()});
    for (const char c : printed) {
      text_ += c;
      if (c == '\n') text_.append(indentation, ' ');
    }
  }

  void write_plain(const control& how, const term& argument) {
    text_ += print(argument, {.plain = true, .unicode = how.unicode, .line_characters = 0, .bytes_max = bytes_left()});
  }

  // -- ~s ---------------------------------------------------------------------------------------------------------------------------------

  bool write_characters(const control& how, const term& argument) {
    if (const auto name = argument.to_atom()) return write_name(how, name->name());
    if (argument.is_binary()) return write_binary(how, argument);
    return argument.is_list() && write_list(how, argument);
  }

  bool write_name(const control& how, std::string_view name) {
    for (std::string_view rest = name; !how.unicode && !rest.empty();)
      if (internal::take_code_point(rest) > 0xff) return false;
    text_ += name;
    return true;
  }

  bool write_binary(const control& how, const term& binary) {
    const std::string_view bytes = binary.text();
    if (how.unicode && internal::count_code_points(bytes)) {
      text_ += bytes.substr(0, bytes_max_ == 0 ? bytes.size() : bytes_left());
      return true;
    }
    for (const char byte : bytes) {
      if (is_full()) break;
      internal::append_utf8(text_, static_cast<unsigned char>(byte));
    }
    return true;
  }

  // Characters, binaries and lists of them. What is left of outer lists waits in a vector: depth costs no stack.
  bool write_list(const control& how, const term& list) {
    std::vector<list_view> views{list_view{list}};
    std::vector<list_view::iterator> at{views.back().begin()};
    while (!at.empty() && !is_full()) {
      if (at.back() == list_view::iterator{}) {
        const term tail = views.back().last_tail();
        at.pop_back();
        views.pop_back();
        if (!tail.is_nil() && !(tail.is_binary() && write_binary(how, tail))) return false;
        continue;
      }
      const term& element = *at.back()++;
      if (element.is_list()) {
        views.emplace_back(element);
        at.push_back(views.back().begin());
      } else if (element.is_binary()) {
        write_binary(how, element);
      } else if (const auto point = element.to_int64();
                 point && internal::is_unicode(*point) && (how.unicode || *point <= 0xff)) {
        internal::append_utf8(text_, static_cast<char32_t>(*point));
      } else {
        return false;
      }
    }
    return true;
  }

  std::size_t bytes_max_;
  std::string text_;
};

} // namespace

result<std::string> format(std::string_view format, std::span<const term> arguments, std::size_t bytes_max) {
  writer to{bytes_max};
  while (!to.is_full()) {
    const std::size_t tilde = format.find('~');
    to.write_text(format.substr(0, tilde));
    if (tilde == std::string_view::npos) {
      if (!arguments.empty()) return fail("badarg"_atom);
      break;
    }
    format.remove_prefix(tilde + 1);
    const auto how = take_control(format);
    if (!how) return fail("badarg"_atom);
    if (how->what == 'n') {
      to.write_text("\n");
    } else if (how->what == '~') {
      to.write_text("~");
    } else {
      if (arguments.empty() || !to.write(*how, arguments.front())) return fail("badarg"_atom);
      arguments = arguments.subspan(1);
    }
  }
  return std::move(to).finish();
}

} // namespace agner::io_lib
