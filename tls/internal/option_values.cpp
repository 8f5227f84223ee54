// SPDX-License-Identifier: Apache-2.0

#include "option_values.hpp"

#include <algorithm>
#include <array>

#include <arpa/inet.h>

#include "../../runtime/term_builders.hpp"
#include "../../runtime/term_views.hpp"

namespace agner::ssl::internal {
namespace {

void append_utf8(std::string& to, std::uint32_t point) {
  const auto put = [&](std::uint32_t byte) { to.push_back(static_cast<char>(byte)); };
  if (point < 0x80) {
    put(point);
  } else if (point < 0x800) {
    put(0xc0U | point >> 6U);
    put(0x80U | (point & 0x3fU));
  } else if (point < 0x10000) {
    put(0xe0U | point >> 12U);
    put(0x80U | (point >> 6U & 0x3fU));
    put(0x80U | (point & 0x3fU));
  } else {
    put(0xf0U | point >> 18U);
    put(0x80U | (point >> 12U & 0x3fU));
    put(0x80U | (point >> 6U & 0x3fU));
    put(0x80U | (point & 0x3fU));
  }
}

std::optional<std::string> text_of_list(const term& of) {
  if (!of.as_list().is_proper()) return std::nullopt;
  std::string made;
  for (const term& element : of.as_list()) {
    const auto point = integer_value(element, 1, 0x10ffff);
    if (!point || (*point >= 0xd800 && *point <= 0xdfff)) return std::nullopt;
    append_utf8(made, static_cast<std::uint32_t>(*point));
  }
  return made;
}

std::optional<term> parsed_address(const std::string& text) {
  std::array<unsigned char, 16> bytes{};
  std::vector<term> parts;
  if (inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) {
    for (std::size_t i = 0; i < 4; ++i)
      parts.emplace_back(int{bytes[i]});
  } else if (inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) {
    for (std::size_t i = 0; i < 16; i += 2)
      parts.emplace_back(bytes[i] << 8 | bytes[i + 1]);
  } else {
    return std::nullopt;
  }
  return tuple_of(std::move(parts));
}

} // namespace

std::optional<std::string> text_value(const term& of) {
  if (of.is_nil()) return std::string{};
  if (of.is_cons()) return text_of_list(of);
  if (!of.is_binary() || of.text().contains('\0')) return std::nullopt;
  return std::string(of.text());
}

std::optional<std::string> name_value(const term& of) {
  auto text = text_value(of);
  if (text && text->empty()) return std::nullopt;
  return text;
}

std::optional<bool> boolean_value(const term& of) {
  if (of.is("true"_atom)) return true;
  if (of.is("false"_atom)) return false;
  return std::nullopt;
}

std::optional<std::int64_t> integer_value(const term& of, std::int64_t least, std::int64_t most) {
  const auto value = of.to_int64();
  if (!value || *value < least || *value > most) return std::nullopt;
  return value;
}

std::optional<inet::active_option> active_value(const term& of) {
  if (of.is("once"_atom)) return inet::active_option{inet::once};
  if (const auto on = boolean_value(of)) return inet::active_option{*on};
  // The bounds of inet's 16-bit counter.
  if (const auto messages = integer_value(of, -32768, 32767)) return inet::active_option{static_cast<int>(*messages)};
  return std::nullopt;
}

term active_term(inet::active_option of) {
  switch (of.what()) {
  case inet::active_option::kind::on: return true;
  case inet::active_option::kind::off: return false;
  case inet::active_option::kind::once: return "once"_atom;
  case inet::active_option::kind::counted: return of.count();
  }
  return false;
}

std::optional<int> packet_value(const term& of) {
  if (of.is("raw"_atom)) return 0;
  const auto value = integer_value(of, 0, 4);
  if (!value || *value == 3) return std::nullopt;
  return static_cast<int>(*value);
}

std::optional<term> address_value(const term& of) {
  if (of.is("any"_atom) || of.is("loopback"_atom)) return of;
  if (const auto text = name_value(of)) return parsed_address(*text);
  if (of.size() != 4 && of.size() != 8) return std::nullopt;
  const std::int64_t most = of.size() == 4 ? 0xff : 0xffff;
  const bool fits = of.is_tuple() && std::ranges::all_of(of.elements(), [&](const term& part) {
                      return integer_value(part, 0, most).has_value();
                    });
  if (!fits) return std::nullopt;
  return of;
}

bool is_address(const std::string& name) {
  std::array<unsigned char, 16> bytes{};
  return inet_pton(AF_INET, name.c_str(), bytes.data()) == 1 || inet_pton(AF_INET6, name.c_str(), bytes.data()) == 1;
}

} // namespace agner::ssl::internal
