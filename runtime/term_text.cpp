// SPDX-License-Identifier: Apache-2.0

#include "term_text.hpp"

#include <ostream>

#include "internal/line_writer.hpp"
#include "internal/pretty_writer.hpp"
#include "internal/text_parser.hpp"
#include "internal/utf8.hpp"
#include "term_builders.hpp"

namespace agner {

namespace {

/// The text if it fits on one line.
std::optional<std::string> on_one_line(const term& of, print_options how) {
  const std::size_t characters_max = how.line_characters - 1; // the last column stays free
  how.bytes_max = 4 * characters_max;
  std::string text;
  internal::line_writer{how}.write(of, text);
  // A text that was cut ends within the limit of characters only where it did not fit either way.
  if (text.size() > how.bytes_max || *internal::count_code_points(text) >= characters_max) return std::nullopt;
  return text;
}

bool can_be_broken(const term& of) noexcept {
  return of.is_tuple() || of.is_cons() || of.is_map() || of.is_bitstring();
}

} // namespace

std::string print(const term& of, const print_options& how) {
  const bool breaks = how.line_characters != 0 && !how.plain && can_be_broken(of);
  if (!breaks) {
    std::string text;
    internal::line_writer{how}.write(of, text);
    return text;
  }
  if (how.bytes_max == 0 || how.bytes_max >= 4 * how.line_characters) {
    if (auto line = on_one_line(of, how)) return *std::move(line);
  }
  std::string text = internal::pretty_writer{of, how}.write();
  if (how.bytes_max != 0 && text.size() > how.bytes_max) internal::cut(text, 0, how.bytes_max);
  return text;
}

std::string print_short(const term& of) {
  return print(of, {.plain = false, .unicode = true, .line_characters = 0, .bytes_max = 2048});
}

namespace {

/// Runs @p read on a parser of @p text.
template <class Read>
auto reading(std::string_view text, const text_limits& limits, Read read)
    -> result<std::invoke_result_t<Read, internal::text_parser&>> {
  if (text.size() > limits.bytes_max)
    return fail(tuple(1, 1, binary("the text has more than " + std::to_string(limits.bytes_max) + " bytes")));
  try {
    internal::text_parser parser{text, limits};
    return read(parser);
  } catch (const internal::text_error& e) {
    return fail(tuple(e.line, e.column, binary(e.reason)));
  }
}

} // namespace

result<term> parse_term(std::string_view text, const text_limits& limits) {
  return reading(text, limits, [](internal::text_parser& parser) {
    term made = parser.read_term();
    parser.skip_full_stop();
    parser.read_end();
    return made;
  });
}

result<std::vector<term>> parse_terms(std::string_view text, const text_limits& limits) {
  return reading(text, limits, [](internal::text_parser& parser) {
    std::vector<term> all;
    while (!parser.at_end()) {
      all.push_back(parser.read_term());
      parser.read_full_stop();
    }
    return all;
  });
}

void PrintTo(const term& of, std::ostream* out) {
  *out << print(of, {.plain = false, .unicode = true, .line_characters = 0, .bytes_max = 16'384});
}

} // namespace agner
