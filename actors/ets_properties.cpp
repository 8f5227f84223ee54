// SPDX-License-Identifier: Apache-2.0
// Options of tables, and what info/1 and info/2 say of them.

#include <algorithm>
#include <array>
#include <mutex>

#include "../runtime/reasons.hpp"
#include "../runtime/term_views.hpp"
#include "ets.hpp"
#include "internal/ets_hold.hpp"
#include "send.hpp"

namespace agner::ets {

using agner::internal::ets_fixations;
using agner::internal::ets_hold;
using agner::internal::ets_right;
using agner::internal::ets_table;
using mode = ets_hold::mode;

namespace {

[[noreturn]] void refuse() { raise_error(reasons::badarg); }

bool flag(const term& value) {
  if (!value.is_boolean()) refuse();
  return value.is(agner::internal::true_atom);
}

/// `{heir, none}` or `{heir, Pid, Data}`. @source OTP 25: the pid must be local
std::optional<heir> heir_of(const term& option) {
  if (option.size() == 2 && option[1].is("none"_atom)) return std::nullopt;
  const auto process = option.size() == 3 ? option[1].to_pid() : std::nullopt;
  if (!process || !this_node().is_local(*process)) refuse();
  return heir{*process, option[2]};
}

void set_atom(table_options& of, const term& option) {
  static constexpr std::array types{type::set, type::ordered_set, type::bag, type::duplicate_bag};
  static const std::array<atom, 4> type_names{"set"_atom, "ordered_set"_atom, "bag"_atom, "duplicate_bag"_atom};
  for (std::size_t i = 0; i < types.size(); ++i) {
    if (!option.is(type_names[i])) continue;
    of.type = types[i];
    return;
  }
  if (option.is("public"_atom))
    of.access = access::public_;
  else if (option.is("protected"_atom))
    of.access = access::protected_;
  else if (option.is("private"_atom))
    of.access = access::private_;
  else if (option.is("named_table"_atom))
    of.named_table = true;
  else if (option.is("compressed"_atom))
    of.compressed = true;
  else
    refuse();
}

void set_option(table_options& of, const term& option) {
  if (!option.is_tuple()) return set_atom(of, option);
  if (option.size() != 0 && option[0].is("heir"_atom)) {
    of.heir = heir_of(option);
  } else if (option.is_tagged("keypos"_atom, 2)) {
    const auto position = option[1].to_int64();
    if (!position || *position < 1) refuse();
    of.keypos = static_cast<std::size_t>(*position);
  } else if (option.is_tagged("read_concurrency"_atom, 2)) {
    of.read_concurrency = flag(option[1]);
  } else if (option.is_tagged("write_concurrency"_atom, 2)) {
    if (!option[1].is("auto"_atom)) flag(option[1]);
    of.write_concurrency = option[1];
    if (option[1].is("auto"_atom)) of.decentralized_counters = true;
  } else if (option.is_tagged("decentralized_counters"_atom, 2)) {
    of.decentralized_counters = flag(option[1]);
  } else {
    refuse();
  }
}

} // namespace

table_options table_options::from_term(const term& options) {
  if (!options.is_list() || !options.as_list().is_proper()) refuse();
  table_options made;
  for (const term& each : list_view{options})
    set_option(made, each);
  return made;
}

void setopts(const table& of, const term& option) {
  const bool many = option.is_list() && option.as_list().is_proper();
  const term all = many ? option : list({option});
  for (const term& each : list_view{all})
    if (!each.is_tuple() || each.size() == 0 || !each[0].is("heir"_atom)) refuse();
  term before; // destroyed when the locks are free again
  const ets_hold held{of.as_term(), ets_right::own};
  if (held->options.heir) before = held->options.heir->data;
  for (const term& each : list_view{all})
    held->options.heir = heir_of(each);
}

// -- info -------------------------------------------------------------------------------------------------------------------------------

namespace {

term type_name(type of) {
  switch (of) {
  case type::set: return "set"_atom;
  case type::ordered_set: return "ordered_set"_atom;
  case type::bag: return "bag"_atom;
  case type::duplicate_bag: return "duplicate_bag"_atom;
  }
  return {};
}
term access_name(access of) {
  switch (of) {
  case access::public_: return "public"_atom;
  case access::protected_: return "protected"_atom;
  case access::private_: return "private"_atom;
  }
  return {};
}

term fixing_processes(const ets_fixations& of) {
  std::vector<term> all;
  for (const auto& [process, count] : of.by_process)
    all.push_back(tuple(process, count));
  return list_of(std::move(all));
}

term safe_fixed(ets_table& of) {
  const std::lock_guard lock{of.fixations_mutex};
  if (of.fixations.by_process.empty()) return false;
  const auto since =
      std::chrono::duration_cast<std::chrono::microseconds>(of.fixations.since.time_since_epoch()).count();
  return tuple(tuple(since / 1'000'000'000'000, since / 1'000'000 % 1'000'000, since % 1'000'000),
               fixing_processes(of.fixations));
}
term safe_fixed_monotonic_time(ets_table& of) {
  const std::lock_guard lock{of.fixations_mutex};
  if (of.fixations.by_process.empty()) return false;
  return tuple(of.fixations.monotonic_since.time_since_epoch().count(), fixing_processes(of.fixations));
}

struct item {
  atom name;
  term (*value)(ets_table& of);
};

/// In the order of info/1, and then what only info/2 knows.
constexpr std::size_t listed = 15;
const std::array<item, listed + 3>& items() {
  static const std::array<item, listed + 3> all{{
      {"id"_atom, [](ets_table& of) { return of.tid; }},
      {"decentralized_counters"_atom, [](ets_table& of) { return term{of.options.decentralized_counters}; }},
      {"read_concurrency"_atom, [](ets_table& of) { return term{of.options.read_concurrency}; }},
      {"write_concurrency"_atom, [](ets_table& of) { return of.options.write_concurrency; }},
      {"compressed"_atom, [](ets_table& of) { return term{of.options.compressed}; }},
      {"memory"_atom, [](ets_table& of) { return term{of.bytes() / sizeof(void*)}; }},
      {"owner"_atom, [](ets_table& of) { return term{of.owner}; }},
      {"heir"_atom, [](ets_table& of) { return of.options.heir ? term{of.options.heir->process} : term{"none"_atom}; }},
      {"name"_atom, [](ets_table& of) { return term{of.name}; }},
      {"size"_atom, [](ets_table& of) { return term{of.size()}; }},
      {"node"_atom, [](ets_table& of) { return term{of.owner.node()}; }},
      {"named_table"_atom, [](ets_table& of) { return term{of.options.named_table}; }},
      {"type"_atom, [](ets_table& of) { return type_name(of.options.type); }},
      {"keypos"_atom, [](ets_table& of) { return term{of.options.keypos}; }},
      {"protection"_atom, [](ets_table& of) { return access_name(of.options.access); }},
      {"fixed"_atom, [](ets_table& of) { return term{of.is_fixed()}; }},
      {"safe_fixed"_atom, safe_fixed},
      {"safe_fixed_monotonic_time"_atom, safe_fixed_monotonic_time},
  }};
  return all;
}

} // namespace

std::optional<term> info(const table& of) {
  const ets_hold held{of.as_term(), ets_right::info};
  if (!held) return std::nullopt;
  std::vector<term> all;
  for (std::size_t i = 0; i < listed; ++i)
    all.push_back(tuple(items()[i].name, items()[i].value(*held)));
  return list_of(std::move(all));
}

// What reads objects' places needs all of the table; the size, which is asked for often, does not.
std::optional<term> info(const table& of, atom wanted) {
  const auto* const found = std::ranges::find(items(), wanted, &item::name);
  if (wanted == "memory"_atom) {
    const ets_hold held{of.as_term(), ets_right::info};
    if (!held) return std::nullopt;
    return found->value(*held);
  }
  const ets_hold held{of.as_term(), ets_right::info, mode::shared, 0};
  if (!held) return std::nullopt;
  if (found == items().end()) refuse();
  return found->value(*held);
}

} // namespace agner::ets
