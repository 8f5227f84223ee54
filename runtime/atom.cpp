// SPDX-License-Identifier: Apache-2.0

#include "atom.hpp"

#include <cstring>
#include <memory_resource>

#include "error.hpp"
#include "internal/interning_table.hpp"
#include "internal/utf8.hpp"

namespace agner {

namespace {

static_assert(atom::count_max == 1U << 20U);

using name_table = internal::interning_table<std::string_view, 12, 20, 16>;

// Neither constructed at run time nor destroyed: atoms are read from static destructors too, and pages never used cost nothing.
constinit name_table names;

std::uint32_t hash_of(std::string_view name) noexcept {
  return static_cast<std::uint32_t>(std::hash<std::string_view>{}(name));
}

/// A copy of @p name for ever. Only from within names.intern(), which locks.
std::string_view keep(std::string_view name) {
  static auto& memory = *new std::pmr::monotonic_buffer_resource{64UL * 1024};
  if (name.empty()) return {};
  char* const text = static_cast<char*>(memory.allocate(name.size(), 1));
  std::memcpy(text, name.data(), name.size());
  return {text, name.size()};
}

std::optional<std::uint32_t> intern_valid(std::string_view name) noexcept {
  return names.intern(
      hash_of(name), [name](std::string_view known) { return known == name; }, [name] { return keep(name); });
}

/// The table, with the atoms of fixed indices in it.
name_table& table() noexcept {
  [[maybe_unused]] static const bool begun = [] {
    for (const std::string_view name : {std::string_view{}, std::string_view{"false"}, std::string_view{"true"}}) {
      intern_valid(name);
    }
    return true;
  }();
  return names;
}

bool is_valid_name(std::string_view name) noexcept {
  if (name.size() > 4 * atom::characters_max) return false;
  const auto length = internal::count_code_points(name);
  return length && *length <= atom::characters_max;
}

} // namespace

std::optional<atom> atom::intern(std::string_view name) noexcept {
  if (const auto known = existing(name)) return known;
  if (!is_valid_name(name)) return std::nullopt;
  table();
  const auto index = intern_valid(name);
  return index ? std::optional{from_index(*index)} : std::nullopt;
}

std::optional<atom> atom::existing(std::string_view name) noexcept {
  const auto index = table().find(hash_of(name), [name](std::string_view known) { return known == name; });
  return index ? std::optional{from_index(*index)} : std::nullopt;
}

atom::atom(std::string_view name) {
  if (const auto interned = intern(name)) {
    *this = *interned;
    return;
  }
  if (internal::count_code_points(name)) raise_error("system_limit"_atom);
  raise_error("badarg"_atom);
}

std::size_t atom::count() noexcept { return table().count(); }

std::string_view atom::name() const noexcept { return table()[index_]; }

std::strong_ordering compare_names(atom left, atom right) noexcept {
  if (left == right) return std::strong_ordering::equal;
  // UTF-8 keeps the order of code points.
  return left.name() <=> right.name();
}

} // namespace agner
