// SPDX-License-Identifier: Apache-2.0
// Tables of terms that processes share: Erlang's ets. A table belongs to a process and dies with it. Reading shares terms, it copies none. Everything here is for processes;
// nothing suspends. Mechanism, match specifications and limits: docs/ets.md.

#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "../runtime/error.hpp"
#include "../runtime/reference.hpp"
#include "../runtime/struct_mapping.hpp"
#include "ets_options.hpp"

namespace agner::ets {

/// A table, by its name or its reference. A value that may be sent: it maps to the atom or reference.
class table {
public:
  table(atom name) : term_(name) {}
  template <agner::internal::literal_text Text>
  table(atom_literal<Text> name) : term_(name.value()) {}
  table(const reference& tid) : term_(tid) {}
  /// What a message or option says is a table. @errors raises `badarg`  neither atom nor reference
  explicit table(term of);

  [[nodiscard]] const term& as_term() const noexcept { return term_; }
  friend bool operator==(const table&, const table&) noexcept = default;

private:
  term term_;
};

// Errors of every function on a table, besides those it names: raises `badarg`  there is no such table, or the caller may not do that with it; `not_a_process`.

// -- tables -------------------------------------------------------------------------------------------------------------------------------

/// A table that belongs to the caller. @returns its reference, or for a named table its name
/// @errors raises `badarg`  the name is taken, keypos is 0; `system_limit`  there are 2^20 tables
/// @erlang ets:new/2
table new_(atom name, const table_options& options = {});
/// Deletes the table. @erlang ets:delete/1
void delete_(const table& of);
/// Gives it another name; what held its reference goes on with it. @errors raises `badarg`  the name is taken @erlang ets:rename/2
void rename(const table& of, atom to);
/// The reference of a named table. @erlang ets:whereis/1
[[nodiscard]] std::optional<table> whereis(atom name);
/// @erlang ets:all/0
[[nodiscard]] std::vector<table> all();
/// Makes @p to the owner, which gets {'ETS-TRANSFER', Table, From, Gift}. @errors raises `badarg`  the caller is not the owner, or @p to is, or does not live on this node
/// @erlang ets:give_away/3
void give_away(const table& of, const pid& to, const term& gift);
/// `{heir, Pid, Data}`, `{heir, none}` or a list of such. @errors raises `badarg`  the caller is not the owner, or it is something else @erlang ets:setopts/2
void setopts(const table& of, const term& options);
/// All properties that mean something here, as pairs; nothing without the table. @erlang ets:info/1
[[nodiscard]] std::optional<term> info(const table& of);
/// One of them, or `fixed`, `safe_fixed`, `safe_fixed_monotonic_time`. @errors raises `badarg`  an unknown item @erlang ets:info/2
[[nodiscard]] std::optional<term> info(const table& of, atom item);

// -- objects: tuples, each found by one of its elements --------------------------------------------------------------------------------------

namespace internal {
void insert(const table& into, const term& objects);
bool insert_new(const table& into, const term& objects);
} // namespace internal

/// Inserts a tuple, or all tuples of a list at once: others see none or all of them.
/// @errors raises `badarg`  something is no tuple, or has no element for the key; nothing is inserted then
/// @erlang ets:insert/2
template <class Objects>
void insert(const table& into, Objects&& objects) {
  internal::insert(into, to_term(std::forward<Objects>(objects)));
}
/// Inserts if no key is there yet; all or none. @erlang ets:insert_new/2
template <class Objects>
bool insert_new(const table& into, Objects&& objects) {
  return internal::insert_new(into, to_term(std::forward<Objects>(objects)));
}
/// The objects with @p key, in the order in which they were inserted. @erlang ets:lookup/2
[[nodiscard]] std::vector<term> lookup(const table& in, const term& key);
/// Element @p position, from 1, of the object; of a bag the list of those of all objects.
/// @errors raises `badarg`  no such key or element @erlang ets:lookup_element/3
[[nodiscard]] term lookup_element(const table& in, const term& key, std::size_t position);
/// The same, @p otherwise without the key. @erlang ets:lookup_element/4
[[nodiscard]] term lookup_element(const table& in, const term& key, std::size_t position, const term& otherwise);
/// @erlang ets:member/2
[[nodiscard]] bool member(const table& in, const term& key);
/// Removes the objects with @p key. @erlang ets:delete/2
void delete_(const table& from, const term& key);
/// Removes what is `=:=` @p object. @errors raises `badarg`  no tuple @erlang ets:delete_object/2
void delete_object(const table& from, const term& object);
/// @erlang ets:delete_all_objects/1
void delete_all_objects(const table& of);
/// Removes the objects with @p key and gives them. @erlang ets:take/2
std::vector<term> take(const table& from, const term& key);
/// Sets elements, `{Position, Value}` or a list of such, of the object with @p key. Not for bags. @returns false if there is none
/// @errors raises `badarg`  a position is that of the key, or there is no such @erlang ets:update_element/3
bool update_element(const table& in, const term& key, const term& elements);
/// The same; without the object, @p otherwise with @p key in its place is inserted first. @erlang ets:update_element/4
bool update_element(const table& in, const term& key, const term& elements, const term& otherwise);
/// Adds to integers of the object with @p key: an increment of the element after the key, `{Position, Increment}`, `{Position, Increment, Threshold, Value}`, or a list of
/// these tuples. Not for bags. @returns the new value, or the list of them
/// @errors raises `badarg`  no object, no integer in that place, the place of the key; nothing is changed then
/// @erlang ets:update_counter/3
term update_counter(const table& in, const term& key, const term& operations);
/// The same; without the object, @p otherwise with @p key in its place is inserted first. @erlang ets:update_counter/4
term update_counter(const table& in, const term& key, const term& operations, const term& otherwise);

// -- one after the other: in Erlang's order in an ordered_set, else in no particular one. Nothing (Erlang: '$end_of_table') at the end -----------

/// @erlang ets:first/1, ets:last/1
[[nodiscard]] std::optional<term> first(const table& of);
[[nodiscard]] std::optional<term> last(const table& of);
/// The key behind @p key. @errors raises `badarg`  no such key, unless in an ordered_set, or it was removed while the table was fixed @erlang ets:next/2, ets:prev/2
[[nodiscard]] std::optional<term> next(const table& of, const term& key);
[[nodiscard]] std::optional<term> prev(const table& of, const term& key);
/// A key with its objects.
struct entry {
  term key;
  std::vector<term> objects;
};
/// The same, and the objects that the key has: none if they were removed in this moment. @erlang ets:first_lookup/1, last_lookup/1, next_lookup/2, prev_lookup/2 (OTP 27)
[[nodiscard]] std::optional<entry> first_lookup(const table& of);
[[nodiscard]] std::optional<entry> last_lookup(const table& of);
[[nodiscard]] std::optional<entry> next_lookup(const table& of, const term& key);
[[nodiscard]] std::optional<entry> prev_lookup(const table& of, const term& key);
/// With @p on, keys that are removed stay places from which `next` goes on, until the caller has called it as often without. @erlang ets:safe_fixtable/2
void safe_fixtable(const table& of, bool on);
/// All objects. @erlang ets:tab2list/1
[[nodiscard]] std::vector<term> tab2list(const table& of);

// -- by pattern: `'_'` takes anything, `'$1'` and its like take anything and bind it. Match specifications may be compiled ones -------------------

/// Where `select`, `match` and `match_object` with a limit go on. @erlang ets:select/1
class continuation {
public:
  class state;
  explicit continuation(std::shared_ptr<const state> at) noexcept : at_(std::move(at)) {}
  /// Certainly nothing more ('$end_of_table').
  [[nodiscard]] bool at_end() const noexcept { return at_ == nullptr; }
  [[nodiscard]] const state* at() const noexcept { return at_.get(); }

private:
  std::shared_ptr<const state> at_;
};

/// At most as many as the limit says, and where to go on.
struct chunk {
  std::vector<term> objects;
  continuation rest;
};

/// The bindings of each object that matches, as a list in the order of the variables' numbers. @erlang ets:match/2, ets:match/3
[[nodiscard]] std::vector<term> match(const table& in, const term& pattern);
[[nodiscard]] std::optional<chunk> match(const table& in, const term& pattern, std::size_t limit);
/// The objects that match. @erlang ets:match_object/2, ets:match_object/3
[[nodiscard]] std::vector<term> match_object(const table& in, const term& pattern);
[[nodiscard]] std::optional<chunk> match_object(const table& in, const term& pattern, std::size_t limit);
/// Removes them. @erlang ets:match_delete/2
void match_delete(const table& in, const term& pattern);

/// What the match specification gives of each object it takes. @errors raises `badarg`  it is none, or @p limit is 0 @erlang ets:select/2, ets:select/3
[[nodiscard]] std::vector<term> select(const table& in, const term& specification);
[[nodiscard]] std::optional<chunk> select(const table& in, const term& specification, std::size_t limit);
/// The next ones; nothing at the end. @errors raises `badarg`  the table is gone @erlang ets:select/1, ets:match/1, ets:match_object/1
[[nodiscard]] std::optional<chunk> select(const continuation& from);
/// The same from the last to the first in an ordered_set. @erlang ets:select_reverse/2, ets:select_reverse/3
[[nodiscard]] std::vector<term> select_reverse(const table& in, const term& specification);
[[nodiscard]] std::optional<chunk> select_reverse(const table& in, const term& specification, std::size_t limit);
/// How many objects give `true`. @erlang ets:select_count/2
[[nodiscard]] std::size_t select_count(const table& in, const term& specification);
/// Removes them. @returns how many @erlang ets:select_delete/2
std::size_t select_delete(const table& in, const term& specification);
/// Puts what the specification gives in the place of each object it takes. Not for a bag, whose objects could become equal. @returns how many
/// @errors raises `badarg`  it could give another key @erlang ets:select_replace/2
std::size_t select_replace(const table& in, const term& specification);

/// A match specification made ready, for those that are used often: a reference. @errors raises `badarg` @erlang ets:match_spec_compile/1
[[nodiscard]] term match_spec_compile(const term& specification);
/// @erlang ets:is_compiled_ms/1
[[nodiscard]] bool is_compiled_ms(const term& of) noexcept;
/// What it gives of each tuple of @p objects. @errors raises `badarg` @erlang ets:match_spec_run/2
[[nodiscard]] std::vector<term> match_spec_run(const std::vector<term>& objects, const term& compiled);
/// What it gives of @p object, `false` where it does not take it. @errors `[{error, Text}]`  what is wrong with it @erlang ets:test_ms/2
[[nodiscard]] result<term> test_ms(const term& object, const term& specification);

// -- folding --------------------------------------------------------------------------------------------------------------------------------

namespace internal {
/// Fixes a table while it lives.
class fixation {
public:
  explicit fixation(const table& of) : of_(of) { safe_fixtable(of_, true); }
  fixation(const fixation&) = delete;
  fixation& operator=(const fixation&) = delete;
  ~fixation();

private:
  table of_;
};
} // namespace internal

/// `f(object, accumulated)` for each object. It may change the table. @erlang ets:foldl/3
template <class F, class Accumulated>
Accumulated foldl(F&& f, Accumulated accumulated, const table& over) {
  const internal::fixation fixed{over};
  for (auto key = first(over); key; key = next(over, *key))
    for (const term& object : lookup(over, *key))
      accumulated = f(object, std::move(accumulated));
  return accumulated;
}
/// The same from the last to the first in an ordered_set. @erlang ets:foldr/3
template <class F, class Accumulated>
Accumulated foldr(F&& f, Accumulated accumulated, const table& over) {
  const internal::fixation fixed{over};
  for (auto key = last(over); key; key = prev(over, *key)) {
    const auto objects = lookup(over, *key);
    for (auto at = objects.rbegin(); at != objects.rend(); ++at)
      accumulated = f(*at, std::move(accumulated));
  }
  return accumulated;
}

} // namespace agner::ets

namespace agner {

template <>
struct term_traits<ets::table> {
  static term to(const ets::table& of) noexcept { return of.as_term(); }
  static std::optional<ets::table> from(const term& from) {
    if (!from.is_atom() && !from.is_reference()) return std::nullopt;
    return ets::table{from};
  }
};

} // namespace agner
