// SPDX-License-Identifier: Apache-2.0

#include "flag_values.hpp"

#include <boost/locale/utf.hpp>

#include <charconv>
#include <vector>

#include "../../runtime/error.hpp"
#include "../../runtime/term_builders.hpp"

namespace agner::internal {

std::optional<std::int64_t> number_value(std::string_view word, std::int64_t least, std::int64_t most) noexcept {
  std::int64_t value = 0;
  const auto [end, fault] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (fault != std::errc{} || end != word.data() + word.size() || value < least || value > most) return std::nullopt;
  return value;
}

std::optional<bool> boolean_value(std::string_view word) noexcept {
  if (word == "true") return true;
  if (word == "false") return false;
  return std::nullopt;
}

bool is_utf8(std::string_view text) noexcept {
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end)
    if (!boost::locale::utf::is_valid_codepoint(boost::locale::utf::utf_traits<char>::decode(at, end))) return false;
  return true;
}

term text_value(std::string_view word) {
  if (is_utf8(word)) return string(word);
  std::vector<term> bytes;
  for (const char c : word)
    bytes.emplace_back(static_cast<unsigned char>(c));
  return list_of(std::move(bytes));
}

} // namespace agner::internal
