// SPDX-License-Identifier: Apache-2.0
// Tables: one process alone, and two at once, whose operations are counted together: where reads scale, one of them takes half the time. The same on the peer:
// erlang/ets_bench.erl.

#include "ets_bench.hpp"

#include <cstdint>

#include <agner/actors/ets.hpp>

#include "workload.hpp"

namespace agner::bench {

namespace {

constexpr std::int64_t keys = 1'000;

struct done {
  static constexpr auto tag = "done"_atom;
};

ets::table filled(ets::type type) {
  const ets::table made =
      ets::new_("bench"_atom,
                {.type = type, .access = ets::access::public_, .read_concurrency = true, .write_concurrency = true});
  for (std::int64_t key = 0; key < keys; ++key)
    ets::insert(made, tuple(key, key));
  return made;
}

using work = void (*)(const ets::table&, int items);

task<> work_for(pid parent, work what, ets::table on, int items) {
  what(on, items);
  send(parent, done{});
  co_return;
}

// Two processes on one table.
task<> twice(work what, ets::type type, int items) {
  const ets::table on = filled(type);
  for (int i = 0; i < 2; ++i)
    spawn(work_for, self(), what, on, items / 2);
  for (int i = 0; i < 2; ++i)
    co_await receive([](done) {});
}

void read(const ets::table& from, int items) {
  for (std::int64_t i = 0; i < items; ++i)
    benchmark::DoNotOptimize(ets::lookup(from, i % keys));
}

void read_element(const ets::table& from, int items) {
  for (std::int64_t i = 0; i < items; ++i)
    benchmark::DoNotOptimize(ets::lookup_element(from, i % keys, 2));
}

void write(const ets::table& to, int items) {
  for (std::int64_t i = 0; i < items; ++i)
    ets::insert(to, tuple(i % keys, i));
}

void count(const ets::table& in, int items) {
  for (std::int64_t i = 0; i < items; ++i)
    ets::update_counter(in, i % keys, 1);
}

template <work What, ets::type Type = ets::type::set>
task<> alone(int items) {
  What(filled(Type), items);
  co_return;
}
template <work What, ets::type Type = ets::type::set>
task<> both(int items) {
  return twice(What, Type, items);
}

// Each key is new.
task<> insert_new_keys(int items) {
  const ets::table to = ets::new_("bench"_atom);
  for (std::int64_t i = 0; i < items; ++i)
    ets::insert(to, tuple(i, i));
  co_return;
}

} // namespace

void add_ets_benchmarks() {
  add("ets/insert", insert_new_keys, 100'000);
  add("ets/overwrite", alone<write>, 200'000);
  add("ets/overwrite_by_2", both<write>, 200'000);
  add("ets/lookup", alone<read>, 400'000);
  add("ets/lookup_by_2", both<read>, 400'000);
  add("ets/lookup_element", alone<read_element>, 400'000);
  add("ets/lookup_element_by_2", both<read_element>, 400'000);
  add("ets/ordered_lookup", alone<read, ets::type::ordered_set>, 200'000);
  add("ets/ordered_lookup_by_2", both<read, ets::type::ordered_set>, 200'000);
  add("ets/update_counter", alone<count>, 200'000);
}

} // namespace agner::bench
