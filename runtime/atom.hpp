// SPDX-License-Identifier: Apache-2.0
// An atom: a name that compares by index. The table of names is process-wide, append-only and read without locks; any thread may use everything here.

#pragma once

#include <algorithm>
#include <atomic>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

namespace agner {

class atom;
std::strong_ordering compare_names(atom left, atom right) noexcept;

/// The name of something, compared by index. Names are UTF-8 of at most 255 characters (not bytes), as in Erlang.
class atom {
public:
  /// Most characters (code points) in a name. @source ERTS `MAX_ATOM_CHARACTERS`, frozen by the external term format.
  static constexpr std::size_t characters_max = 255;

  /// The empty atom `''`.
  constexpr atom() noexcept = default;

  /// Interns @p name.
  /// @param name  UTF-8, at most 255 characters
  /// @errors raises `system_limit`  the name is longer, or the atom table is full; raises `badarg`  the name is not UTF-8
  explicit atom(std::string_view name);

  /// The atom called @p name, interned if new; nothing where @p name is no valid name or the table is full.
  static std::optional<atom> intern(std::string_view name) noexcept;

  /// The atom called @p name if there is one already. @erlang binary_to_existing_atom/1
  static std::optional<atom> existing(std::string_view name) noexcept;

  /// How many atoms there are, and how many there may be. Atoms are never freed, so what comes from outside must be bounded (`atom_limits`).
  static std::size_t count() noexcept;
  static constexpr std::size_t count_max = 1'048'576;

  /// The name in UTF-8. The view lives as long as the process.
  [[nodiscard]] std::string_view name() const noexcept;

  /// The index in the table: dense, stable for the life of the OS process, without meaning outside it.
  [[nodiscard]] constexpr std::uint32_t index() const noexcept { return index_; }
  static constexpr atom from_index(std::uint32_t index) noexcept {
    atom a;
    a.index_ = index;
    return a;
  }

  friend constexpr bool operator==(atom, atom) noexcept = default;
  /// Erlang's order of atoms: by the code points of their names.
  friend std::strong_ordering operator<=>(atom left, atom right) noexcept { return compare_names(left, right); }

private:
  std::uint32_t index_ = 0;
};

/// Erlang's order of atoms, as `<=>`.
std::strong_ordering compare_names(atom left, atom right) noexcept;

namespace internal {

/// Atoms whose indices are fixed, so that a boolean is recognised without a look-up.
inline constexpr atom false_atom = atom::from_index(1);
inline constexpr atom true_atom = atom::from_index(2);

template <std::size_t N>
struct literal_text {
  char text[N];
  constexpr literal_text(const char (&from)[N]) noexcept { std::copy_n(from, N, text); }
  [[nodiscard]] constexpr std::string_view view() const noexcept { return {text, N - 1}; }
};

} // namespace internal

/// The type of `"name"_atom`: one type per name, interned when first used, never by a static initialiser.
template <internal::literal_text Text>
struct atom_literal {
  static constexpr std::string_view text = Text.view();

  [[nodiscard]] static atom value() {
    const std::uint32_t known = index_.load(std::memory_order_acquire);
    return known != 0 ? atom::from_index(known) : interned();
  }
  operator atom() const { return value(); }

  friend bool operator==(atom left, atom_literal) { return left == value(); }
  template <internal::literal_text Other>
  friend constexpr bool operator==(atom_literal, atom_literal<Other> right) noexcept {
    return text == right.text;
  }

private:
  static atom interned() {
    const atom made{text};
    index_.store(made.index(), std::memory_order_release);
    return made;
  }
  static inline constinit std::atomic<std::uint32_t> index_{0}; // 0, the index of '', means not interned yet
};

inline namespace literals {

template <internal::literal_text Text>
constexpr atom_literal<Text> operator""_atom() noexcept {
  return {};
}

} // namespace literals

} // namespace agner

template <>
struct std::hash<agner::atom> {
  std::size_t operator()(agner::atom a) const noexcept { return a.index() * 0x9e3779b97f4a7c15ULL; }
};
