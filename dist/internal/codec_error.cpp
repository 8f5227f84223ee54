// SPDX-License-Identifier: Apache-2.0

#include "codec_error.hpp"

#include <fmt/format.h>

#include "../../runtime/term_builders.hpp"

namespace agner::dist::internal {

std::unexpected<error> complain(atom kind, std::string_view sentence) { return fail(tuple(kind, binary(sentence))); }

std::string quoted(std::string_view bytes) {
  constexpr std::size_t shown_max = 64;
  std::string text = "\"";
  for (const char c : bytes.substr(0, shown_max)) {
    const auto code = static_cast<unsigned char>(c);
    if (code < 0x20 || code > 0x7e || c == '"' || c == '\\')
      text += fmt::format("\\x{:02x}", code);
    else
      text += c;
  }
  text += '"';
  if (bytes.size() > shown_max) text += fmt::format("... ({} bytes)", bytes.size());
  return text;
}

std::string quoted(std::span<const std::byte> bytes) {
  return quoted(std::string_view{reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

} // namespace agner::dist::internal
