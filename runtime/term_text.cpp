// SPDX-License-Identifier: Apache-2.0

#include "term_text.hpp"

#include <ostream>

#include "internal/line_writer.hpp"

namespace agner {

std::string print(const term& of, const print_options& how) {
  std::string text;
  internal::line_writer{how}.write(of, text);
  return text;
}

std::string print_short(const term& of) {
  return print(of, {.plain = false, .unicode = true, .line_characters = 0, .bytes_max = 2048});
}

void PrintTo(const term& of, std::ostream* out) {
  *out << print(of, {.plain = false, .unicode = true, .line_characters = 0, .bytes_max = 16'384});
}

} // namespace agner
