// SPDX-License-Identifier: Apache-2.0
// Traversals by pattern and match specification. Each part of a table is held while it is looked through, one after the other.

#include <algorithm>
#include <utility>

#include "../runtime/reasons.hpp"
#include "../runtime/term_order.hpp"
#include "ets.hpp"
#include "internal/ets_hold.hpp"
#include "internal/match_program.hpp"
#include "send.hpp"

namespace agner::ets {

using agner::internal::discarded_terms;
using agner::internal::ets_hash;
using agner::internal::ets_hold;
using agner::internal::ets_key_hash;
using agner::internal::ets_position;
using agner::internal::ets_right;
using agner::internal::ets_table;
using agner::internal::ets_verdict;
using agner::internal::match_bindings;
using agner::internal::match_caller;
using agner::internal::match_program;
using mode = ets_hold::mode;
using program = std::shared_ptr<const match_program>;

namespace {

[[noreturn]] void refuse() { raise_error(reasons::badarg); }

match_caller caller() { return {self(), this_node().name()}; }

/// A hash that lies in @p part.
std::uint64_t hash_in(std::size_t part) { return std::uint64_t{part} << (64U - ets_hash::part_bits); }

/// `[{Pattern, [], [Body]}]`
program pattern(const term& head, const term& body) {
  return std::make_shared<match_program>(list({tuple(head, term{}, list({body}))}));
}
program compile_pattern(const term& head, const term& body) {
  try {
    return pattern(head, body);
  } catch (const agner::internal::match_fault&) {
    refuse();
  }
}

/// What a table is made like, and which it is for ever: a name may move on to another one.
struct made_like {
  term tid;
  std::size_t keypos;
  std::size_t parts;
  ets::type type;
};
made_like look(const table& at, ets_right needed) {
  const ets_hold held{at.as_term(), needed, mode::shared, 0};
  return {held->tid, held->keypos(), held->part_count(), held->options.type};
}

/// The keys that alone may match, in the order of the table; nothing where all may.
std::optional<std::vector<term>> bound_keys(const match_program& by, const made_like& how) {
  auto keys = by.keys(how.keypos);
  if (!keys || how.parts != 1) return keys;
  std::ranges::sort(*keys, [](const term& l, const term& r) { return compare(l, r) < 0; });
  const auto same = std::ranges::unique(*keys, equal); // 1 and 1.0 find the same object
  keys->erase(same.begin(), same.end());
  return keys;
}

/// Counts work of a traversal, so that a process which traverses much gives way at its next wait.
void spend(std::size_t objects) { agner::internal::current_process().spend(static_cast<int>(objects / 64)); }

} // namespace

// -- reading ----------------------------------------------------------------------------------------------------------------------------

/// A traversal between two chunks.
class continuation::state {
public:
  state(const table& in, program by, bool back, std::size_t limit)
      : program_(std::move(by)), limit_(limit), back_(back) {
    const made_like how = look(in, ets_right::read);
    tid_ = how.tid;
    parts_ = how.parts;
    keys_ = bound_keys(*program_, how);
    if (keys_ && back_) std::ranges::reverse(*keys_);
  }

  [[nodiscard]] std::optional<chunk> next() const {
    (void)look(table{tid_}, ets_right::read); // also where what is left over would do
    state ahead = *this;
    std::vector<term> found = ahead.collect();
    if (found.empty()) return std::nullopt;
    const bool done = ahead.done();
    return chunk{std::move(found), continuation{done ? nullptr : std::make_shared<const state>(std::move(ahead))}};
  }

  /// The next results, as many as the limit allows; all with limit 0.
  std::vector<term> collect() {
    const auto from_rest = std::min(rest_.size(), limit_);
    std::vector<term> found{rest_.begin(), rest_.begin() + static_cast<std::ptrdiff_t>(from_rest)};
    rest_.erase(rest_.begin(), rest_.begin() + static_cast<std::ptrdiff_t>(from_rest));
    const match_caller by = caller();
    match_bindings scratch;
    std::size_t seen = 0;
    const auto visit = [&](std::span<const term> objects) {
      for (const term& each : objects) {
        ++seen;
        if (auto value = program_->run(each, by, scratch)) (full(found) ? rest_ : found).push_back(*std::move(value));
      }
      return !full(found);
    };
    while (!full(found) && part_ < part_count())
      keys_ ? visit_key(visit) : visit_part(visit);
    spend(seen);
    return found;
  }

private:
  [[nodiscard]] bool full(const std::vector<term>& found) const noexcept {
    return limit_ != 0 && found.size() >= limit_;
  }
  [[nodiscard]] std::size_t part_count() const noexcept { return keys_ ? keys_->size() : parts_; }
  [[nodiscard]] bool done() const noexcept { return rest_.empty() && part_ >= part_count(); }

  template <class Visit>
  void visit_key(Visit& visit) {
    const term& key = (*keys_)[part_++];
    const std::uint64_t hash = ets_key_hash(key);
    const ets_hold held{tid_, ets_right::read, mode::shared, hash};
    visit(held->find(hash, key));
  }

  template <class Visit>
  void visit_part(Visit& visit) {
    const ets_hold held{tid_, ets_right::read, mode::shared, hash_in(part_)};
    const auto each = [&](std::uint64_t hash, std::span<const term> objects) {
      if (visit(objects)) return true;
      after_ = ets_position{hash, held->key_of(objects[0])};
      return false;
    };
    const std::optional<ets_position> from = std::exchange(after_, std::nullopt);
    const ets_position* const after = from ? &*from : nullptr;
    if (back_ ? held->visit_back(part_, after, each) : held->visit(part_, after, each)) ++part_;
  }

  term tid_;
  program program_;
  std::size_t limit_;
  bool back_;
  std::size_t parts_ = 0;
  std::optional<std::vector<term>> keys_; // the only ones that may match
  std::size_t part_ = 0;                  // where to go on: part, or index of the key
  std::optional<ets_position> after_;     // and behind what in it
  std::vector<term> rest_;                // results that were too many
};

namespace {

std::optional<chunk> chunks(const table& in, program by, bool back, std::size_t limit) {
  if (limit == 0) refuse();
  return continuation::state{in, std::move(by), back, limit}.next();
}
std::vector<term> everything(const table& in, program by, bool back = false) {
  return continuation::state{in, std::move(by), back, 0}.collect();
}

} // namespace

std::vector<term> match(const table& in, const term& head) { return everything(in, compile_pattern(head, "$$"_atom)); }
std::optional<chunk> match(const table& in, const term& head, std::size_t limit) {
  return chunks(in, compile_pattern(head, "$$"_atom), false, limit);
}
std::vector<term> match_object(const table& in, const term& head) {
  return everything(in, compile_pattern(head, "$_"_atom));
}
std::optional<chunk> match_object(const table& in, const term& head, std::size_t limit) {
  return chunks(in, compile_pattern(head, "$_"_atom), false, limit);
}
std::vector<term> tab2list(const table& of) { return match_object(of, "_"_atom); }

std::vector<term> select(const table& in, const term& specification) {
  return everything(in, match_program::of(specification));
}
std::optional<chunk> select(const table& in, const term& specification, std::size_t limit) {
  return chunks(in, match_program::of(specification), false, limit);
}
std::optional<chunk> select(const continuation& from) {
  if (from.at_end()) return std::nullopt;
  return from.at()->next();
}
std::vector<term> select_reverse(const table& in, const term& specification) {
  return everything(in, match_program::of(specification), true);
}
std::optional<chunk> select_reverse(const table& in, const term& specification, std::size_t limit) {
  return chunks(in, match_program::of(specification), true, limit);
}

std::size_t select_count(const table& in, const term& specification) {
  return static_cast<std::size_t>(std::ranges::count_if(
      select(in, specification), [](const term& each) { return each.is(agner::internal::true_atom); }));
}

// -- changing -----------------------------------------------------------------------------------------------------------------------------

namespace {

/// Does what @p judge(value) says with each object that the program takes; counts those that it does not keep.
template <class Judge>
std::size_t sweep(const table& in, const match_program& by, Judge judge) {
  const made_like how = look(in, ets_right::write);
  const auto keys = bound_keys(by, how);
  const match_caller me = caller();
  match_bindings scratch;
  std::size_t seen = 0;
  std::size_t changed = 0;
  const auto decide = [&](const term& object) {
    ++seen;
    auto value = by.run(object, me, scratch);
    ets_verdict verdict = value ? judge(*std::move(value)) : ets_verdict{};
    if (verdict.is != ets_verdict::what::keep) ++changed;
    return verdict;
  };
  for (std::size_t i = 0; i < (keys ? keys->size() : how.parts); ++i) {
    discarded_terms gone;
    const std::uint64_t hash = keys ? ets_key_hash((*keys)[i]) : hash_in(i);
    const ets_hold held{how.tid, ets_right::write, mode::exclusive, hash};
    if (keys)
      held->sweep_key(hash, (*keys)[i], gone, decide);
    else
      held->sweep(i, gone, decide);
  }
  spend(seen);
  return changed;
}

std::size_t delete_matching(const table& in, const match_program& by) {
  return sweep(in, by, [](const term& value) {
    return ets_verdict{value.is(agner::internal::true_atom) ? ets_verdict::what::remove : ets_verdict::what::keep, {}};
  });
}

} // namespace

void match_delete(const table& in, const term& head) { delete_matching(in, *compile_pattern(head, true)); }

std::size_t select_delete(const table& in, const term& specification) {
  return delete_matching(in, *match_program::of(specification));
}

std::size_t select_replace(const table& in, const term& specification) {
  const program by = match_program::of(specification);
  const made_like how = look(in, ets_right::write);
  if (how.type == type::bag || !by->keeps_key(how.keypos)) refuse();
  return sweep(in, *by, [](term value) { return ets_verdict{ets_verdict::what::replace, std::move(value)}; });
}

// -- match specifications -------------------------------------------------------------------------------------------------------------------

term match_spec_compile(const term& specification) {
  try {
    return resource_reference(make_ref(), std::make_unique<match_program>(specification));
  } catch (const agner::internal::match_fault&) {
    refuse();
  }
}

bool is_compiled_ms(const term& of) noexcept { return resource_as<match_program>(of) != nullptr; }

std::vector<term> match_spec_run(const std::vector<term>& objects, const term& compiled) {
  if (!is_compiled_ms(compiled)) refuse();
  const match_caller by = caller();
  match_bindings scratch;
  std::vector<term> found;
  for (const term& each : objects)
    if (auto value = resource_as<match_program>(compiled)->run(each, by, scratch)) found.push_back(*std::move(value));
  return found;
}

result<term> test_ms(const term& object, const term& specification) {
  const auto wrong = [](std::string_view what) { return fail(list({tuple("error"_atom, string(what))})); };
  if (specification.is_nil()) return wrong("a match specification has a clause");
  try {
    const match_program by{specification};
    match_bindings scratch;
    return by.run(object, caller(), scratch).value_or(false);
  } catch (const agner::internal::match_fault& fault) {
    return wrong(fault.what);
  }
}

} // namespace agner::ets
