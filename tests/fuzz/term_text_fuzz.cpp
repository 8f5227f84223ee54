// SPDX-License-Identifier: Apache-2.0
// Any bytes as Erlang text: read or refused, and what was read is printed and read again as the same term.

#include <agner/runtime/term_text.hpp>

#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

constexpr agner::text_limits limits{
    .bytes_max = 1UL << 15U, .depth_max = 1000, .digits_max = 2000, .new_atoms_max = 1000};

void must_read_back(const agner::term& of, const agner::print_options& how) {
  // What was read may be longer as text, and its bytes may count more often.
  const auto again = agner::parse_term(agner::print(of, how), {.bytes_max = 1UL << 28U});
  if (!again || !(*again == of)) std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  (void)agner::parse_terms(text, limits);
  if (const auto read = agner::parse_term(text, limits)) {
    must_read_back(*read, {});
    must_read_back(*read, {.plain = true, .unicode = false});
    (void)agner::print_short(*read);
  }
  return 0;
}
