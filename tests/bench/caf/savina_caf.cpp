// SPDX-License-Identifier: Apache-2.0
// agner_bench_caf: the workloads of savina_bench.cpp as CAF's event-based actors, on CAF's own scheduler. Each ends by checking what it has computed.

#include <benchmark/benchmark.h>

#include <caf/all.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <memory>
#include <vector>

#include "../savina_bench.hpp"

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::vector<int>)

namespace agner::bench {

namespace {

using namespace savina;

using increment_atom = caf::atom_constant<caf::atom("increment")>;
using get_atom = caf::atom_constant<caf::atom("get")>;
using work_atom = caf::atom_constant<caf::atom("work")>;
using done_atom = caf::atom_constant<caf::atom("done")>;
using next_atom = caf::atom_constant<caf::atom("next")>;
using meet_atom = caf::atom_constant<caf::atom("meet")>;
using change_atom = caf::atom_constant<caf::atom("change")>;
using stop_atom = caf::atom_constant<caf::atom("stop")>;
using ping_atom = caf::atom_constant<caf::atom("ping")>;
using pong_atom = caf::atom_constant<caf::atom("pong")>;
using others_atom = caf::atom_constant<caf::atom("others")>;
using produce_atom = caf::atom_constant<caf::atom("produce")>;
using item_atom = caf::atom_constant<caf::atom("item")>;
using ready_atom = caf::atom_constant<caf::atom("ready")>;
using consume_atom = caf::atom_constant<caf::atom("consume")>;
using hungry_atom = caf::atom_constant<caf::atom("hungry")>;
using eat_atom = caf::atom_constant<caf::atom("eat")>;
using denied_atom = caf::atom_constant<caf::atom("denied")>;
using leave_atom = caf::atom_constant<caf::atom("leave")>;
using transfer_atom = caf::atom_constant<caf::atom("transfer")>;
using deposit_atom = caf::atom_constant<caf::atom("deposit")>;
using deposited_atom = caf::atom_constant<caf::atom("deposited")>;
using settled_atom = caf::atom_constant<caf::atom("settled")>;
using candidate_atom = caf::atom_constant<caf::atom("candidate")>;
using place_atom = caf::atom_constant<caf::atom("place")>;

using actor_pointer = caf::event_based_actor*;

void expect(std::int64_t actual, std::int64_t expected) {
  if (actual == expected) return;
  std::fprintf(stderr, "wrong result: %lld, expected %lld\n", static_cast<long long>(actual),
               static_cast<long long>(expected));
  std::exit(1);
}

/// Adds up what @p count actors say, and ends with @p then(sum).
template <class Then>
auto sum_of_done(actor_pointer self, int count, Then then) {
  return [=, left = count, sum = std::int64_t{0}](done_atom, std::int64_t n) mutable {
    sum += n;
    if (--left > 0) return;
    then(sum);
    self->quit();
  };
}

void stop_all(actor_pointer self, const std::vector<caf::actor>& of) {
  for (const caf::actor& each : of)
    self->send_exit(each, caf::exit_reason::kill);
}

// -- count --------------------------------------------------------------------------------------------------------------------------------

struct counter_state {
  std::int64_t count = 0;
};

caf::behavior count_messages(caf::stateful_actor<counter_state>* self) {
  return {[=](increment_atom) { ++self->state.count; },
          [=](get_atom, const caf::actor& from) {
            self->send(from, self->state.count);
            self->quit();
          }};
}

caf::behavior count(actor_pointer self, int messages) {
  const caf::actor to = self->spawn(count_messages);
  for (int i = 0; i < messages; ++i)
    self->send(to, increment_atom::value);
  self->send(to, get_atom::value, caf::actor{self});
  return {[=](std::int64_t counted) {
    expect(counted, messages);
    self->quit();
  }};
}

// -- fork and join --------------------------------------------------------------------------------------------------------------------------

caf::behavior counts_work(actor_pointer self, const caf::actor& parent, std::int64_t messages) {
  return {[=, count = std::int64_t{0}](work_atom, std::int64_t) mutable {
    if (++count < messages) return;
    self->send(parent, done_atom::value, count);
    self->quit();
  }};
}

caf::behavior fork_join_throughput(actor_pointer self, int messages) {
  const std::int64_t each = messages / fork_join_workers;
  std::vector<caf::actor> workers;
  for (int i = 0; i < fork_join_workers; ++i)
    workers.push_back(self->spawn(counts_work, caf::actor{self}, each));
  for (std::int64_t i = 0; i < each; ++i)
    for (const caf::actor& to : workers)
      self->send(to, work_atom::value, i);
  return {sum_of_done(self, fork_join_workers, [=](std::int64_t sum) { expect(sum, each * fork_join_workers); })};
}

caf::behavior works_once(actor_pointer self, const caf::actor& parent) {
  return {[=](work_atom, std::int64_t given) {
    self->send(parent, done_atom::value, given);
    self->quit();
  }};
}

caf::behavior fork_join_create(actor_pointer self, int actors) {
  for (int i = 0; i < actors; ++i)
    self->send(self->spawn(works_once, caf::actor{self}), work_atom::value, std::int64_t{i});
  return {sum_of_done(self, actors, [=](std::int64_t sum) { expect(sum, sum_below(actors)); })};
}

// -- thread ring ------------------------------------------------------------------------------------------------------------------------------

caf::behavior ring_member(actor_pointer self, const caf::actor& parent, std::int64_t index) {
  return {[=](next_atom, const caf::actor& next) {
    self->become([=](std::int64_t left) {
      if (left == 0)
        self->send(parent, index);
      else
        self->send(next, left - 1);
    });
  }};
}

caf::behavior thread_ring(actor_pointer self, int hops) {
  std::vector<caf::actor> ring;
  for (int i = 0; i < ring_members; ++i)
    ring.push_back(self->spawn(ring_member, caf::actor{self}, std::int64_t{i}));
  for (std::size_t i = 0; i < ring_members; ++i)
    self->send(ring[i], next_atom::value, ring[(i + 1) % ring_members]);
  self->send(ring[0], std::int64_t{hops});
  return {[=](std::int64_t last) {
    expect(last, hops % ring_members);
    stop_all(self, ring);
    self->quit();
  }};
}

// -- chameneos --------------------------------------------------------------------------------------------------------------------------------

caf::behavior creature(actor_pointer self, const caf::actor& mall, int first_colour) {
  struct state {
    int colour;
    std::int64_t meetings = 0;
  };
  const auto at = std::make_shared<state>(state{first_colour});
  const auto go = [=] { self->send(mall, meet_atom::value, caf::actor{self}, at->colour); };
  go();
  return {[=](meet_atom, const caf::actor& other, int colour) {
            at->colour = complement(at->colour, colour);
            ++at->meetings;
            self->send(other, change_atom::value, at->colour);
            go();
          },
          [=](change_atom, int colour) {
            at->colour = colour;
            ++at->meetings;
            go();
          },
          [=](stop_atom) {
            self->send(mall, done_atom::value, at->meetings);
            self->quit();
          }};
}

caf::behavior chameneos(actor_pointer self, int meetings) {
  for (int i = 0; i < creatures; ++i)
    self->spawn(creature, caf::actor{self}, i % 3);
  return {[=, left = meetings, waiting = caf::actor{}](meet_atom, const caf::actor& who, int colour) mutable {
            if (left == 0) {
              self->send(who, stop_atom::value);
            } else if (!waiting) {
              waiting = who;
            } else {
              --left;
              self->send(waiting, meet_atom::value, who, colour);
              waiting = caf::actor{};
            }
          },
          sum_of_done(self, creatures, [=](std::int64_t sum) { expect(sum, 2 * std::int64_t{meetings}); })};
}

// -- big --------------------------------------------------------------------------------------------------------------------------------------

caf::behavior big_member(actor_pointer self, const caf::actor& parent, std::int64_t seed, std::int64_t pings) {
  struct state {
    std::vector<caf::actor> others;
    std::int64_t random;
    std::int64_t pongs = 0;
  };
  const auto at = std::make_shared<state>(state{{}, seed});
  const auto ping_one = [=] {
    self->send(at->others[static_cast<std::size_t>(next_random(at->random) % big_members)], ping_atom::value,
               caf::actor{self});
  };
  return {[=](others_atom, const std::vector<caf::actor>& others) {
            at->others = others;
            ping_one();
          },
          [=](ping_atom, const caf::actor& from) { self->send(from, pong_atom::value); },
          [=](pong_atom) {
            if (++at->pongs < pings)
              ping_one();
            else
              self->send(parent, done_atom::value, at->pongs);
          }};
}

caf::behavior big(actor_pointer self, int pings) {
  const std::int64_t each = pings / big_members + 1;
  std::vector<caf::actor> members;
  for (int i = 0; i < big_members; ++i)
    members.push_back(self->spawn(big_member, caf::actor{self}, std::int64_t{i} + 1, each));
  for (const caf::actor& to : members)
    self->send(to, others_atom::value, members);
  return {sum_of_done(self, big_members, [=](std::int64_t sum) {
    expect(sum, each * big_members);
    stop_all(self, members);
  })};
}

// -- bounded buffer ---------------------------------------------------------------------------------------------------------------------------

caf::behavior producer(actor_pointer self, const caf::actor& buffer, std::int64_t first, std::int64_t items) {
  return {[=, made = std::int64_t{0}](produce_atom) mutable {
    self->send(buffer, item_atom::value, first + made, caf::actor{self}, items - made - 1);
    if (++made == items) self->quit();
  }};
}

caf::behavior consumer(actor_pointer self, const caf::actor& buffer) {
  const auto sum = std::make_shared<std::int64_t>(0);
  self->send(buffer, ready_atom::value, caf::actor{self});
  return {[=](consume_atom, std::int64_t value) {
            *sum += value;
            self->send(buffer, ready_atom::value, caf::actor{self});
          },
          [=](stop_atom) {
            self->send(buffer, done_atom::value, *sum);
            self->quit();
          }};
}

caf::behavior bounded_buffer(actor_pointer self, int items) {
  struct state {
    std::deque<std::int64_t> buffer;
    std::deque<caf::actor> held; // producers that wait for room
    std::deque<caf::actor> idle; // consumers that wait for an item
    std::int64_t delivered = 0;
  };
  const std::int64_t each = items / producers;
  for (int i = 0; i < consumers; ++i)
    self->spawn(consumer, caf::actor{self});
  for (int i = 0; i < producers; ++i)
    self->send(self->spawn(producer, caf::actor{self}, i * each, each), produce_atom::value);
  const auto at = std::make_shared<state>();
  const auto deliver = [=](const caf::actor& to, std::int64_t value) {
    self->send(to, consume_atom::value, value);
    if (++at->delivered < each * producers) return;
    for (const caf::actor& who : at->idle)
      self->send(who, stop_atom::value);
  };
  const auto take_first = [](std::deque<caf::actor>& from) {
    caf::actor first = std::move(from.front());
    from.pop_front();
    return first;
  };
  return {[=](item_atom, std::int64_t value, const caf::actor& from, std::int64_t left) {
            if (at->idle.empty())
              at->buffer.push_back(value);
            else
              deliver(take_first(at->idle), value);
            if (left == 0) return;
            if (at->buffer.size() >= buffer_places)
              at->held.push_back(from);
            else
              self->send(from, produce_atom::value);
          },
          [=](ready_atom, const caf::actor& who) {
            if (at->delivered == each * producers) {
              self->send(who, stop_atom::value);
            } else if (at->buffer.empty()) {
              at->idle.push_back(who);
            } else {
              const std::int64_t value = at->buffer.front();
              at->buffer.pop_front();
              deliver(who, value);
              if (!at->held.empty()) self->send(take_first(at->held), produce_atom::value);
            }
          },
          sum_of_done(self, consumers, [=](std::int64_t sum) { expect(sum, sum_below(each * producers)); })};
}

// -- dining philosophers ------------------------------------------------------------------------------------------------------------------------

caf::behavior philosopher(actor_pointer self, const caf::actor& table, std::int64_t place, std::int64_t meals) {
  const auto next = [=] { self->send(table, hungry_atom::value, caf::actor{self}, place); };
  next();
  return {[=, eaten = std::int64_t{0}](eat_atom) mutable {
            self->send(table, leave_atom::value, place);
            if (++eaten < meals) return next();
            self->send(table, done_atom::value, eaten);
            self->quit();
          },
          [=](denied_atom) { next(); }};
}

caf::behavior dining_philosophers(actor_pointer self, int meals) {
  const std::int64_t each = meals / philosophers;
  for (int i = 0; i < philosophers; ++i)
    self->spawn(philosopher, caf::actor{self}, std::int64_t{i}, each);
  const auto taken = std::make_shared<std::array<bool, philosophers>>();
  const auto forks = [=](std::int64_t place) {
    return std::pair<bool&, bool&>{(*taken)[static_cast<std::size_t>(place)],
                                   (*taken)[static_cast<std::size_t>((place + 1) % philosophers)]};
  };
  return {[=](hungry_atom, const caf::actor& who, std::int64_t place) {
            auto [left, right] = forks(place);
            if (left || right) {
              self->send(who, denied_atom::value);
            } else {
              left = right = true;
              self->send(who, eat_atom::value);
            }
          },
          [=](leave_atom, std::int64_t place) {
            auto [left, right] = forks(place);
            left = right = false;
          },
          sum_of_done(self, philosophers, [=](std::int64_t sum) { expect(sum, each * philosophers); })};
}

// -- bank -----------------------------------------------------------------------------------------------------------------------------------------

caf::behavior account(actor_pointer self) {
  const auto balance = std::make_shared<std::int64_t>(balance_at_first);
  return {[=](transfer_atom, std::int64_t amount, const caf::actor& to, const caf::actor& teller) {
            *balance -= amount;
            self->request(to, caf::infinite, deposit_atom::value, amount).await([=](deposited_atom) {
              self->send(teller, settled_atom::value);
            });
          },
          [=](deposit_atom, std::int64_t amount) {
            *balance += amount;
            return deposited_atom::value;
          },
          [=](get_atom, const caf::actor& from) { self->send(from, done_atom::value, *balance); }};
}

caf::behavior bank(actor_pointer self, int transfers) {
  std::vector<caf::actor> all;
  for (int i = 0; i < accounts; ++i)
    all.push_back(self->spawn(account));
  std::int64_t random = 1;
  for (int i = 0; i < transfers; ++i) {
    const std::int64_t from = next_random(random) % (accounts / 10 * 8);
    const std::int64_t to = from + 1 + next_random(random) % (accounts - from - 1);
    self->send(all[static_cast<std::size_t>(from)], transfer_atom::value, next_random(random) % 100,
               all[static_cast<std::size_t>(to)], caf::actor{self});
  }
  return {[=, left = transfers](settled_atom) mutable {
            if (--left > 0) return;
            for (const caf::actor& each : all)
              self->send(each, get_atom::value, caf::actor{self});
          },
          sum_of_done(self, accounts, [=](std::int64_t sum) {
            expect(sum, accounts * balance_at_first);
            stop_all(self, all);
          })};
}

// -- sieve ----------------------------------------------------------------------------------------------------------------------------------------

caf::behavior filter(actor_pointer self, const caf::actor& parent, std::int64_t first) {
  struct state {
    std::vector<std::int64_t> primes;
    caf::actor next;
  };
  const auto at = std::make_shared<state>(state{{first}, {}});
  return {[=](candidate_atom, std::int64_t number) {
            for (const std::int64_t prime : at->primes)
              if (number % prime == 0) return;
            if (at->primes.size() < primes_per_filter)
              at->primes.push_back(number);
            else if (at->next)
              self->send(at->next, candidate_atom::value, number);
            else
              at->next = self->spawn(filter, parent, number);
          },
          [=](done_atom, std::int64_t before) {
            self->send(at->next ? at->next : parent, done_atom::value,
                       before + static_cast<std::int64_t>(at->primes.size()));
            self->quit();
          }};
}

caf::behavior sieve(actor_pointer self, int limit) {
  const caf::actor first = self->spawn(filter, caf::actor{self}, std::int64_t{2});
  for (std::int64_t n = 3; n <= limit; n += 2)
    self->send(first, candidate_atom::value, n);
  self->send(first, done_atom::value, std::int64_t{0});
  return {sum_of_done(self, 1, [=](std::int64_t found) { expect(found, primes_up_to(limit)); })};
}

// -- unbalanced tree --------------------------------------------------------------------------------------------------------------------------------

caf::behavior tree_node(actor_pointer self, const caf::actor& parent, std::int64_t nodes, std::int64_t random) {
  std::int64_t left = nodes - 1;
  int children = 0;
  for (; left > 0; ++children) {
    const std::int64_t drawn = next_random(random);
    const std::int64_t share = children + 1 == tree_children ? left : 1 + drawn % left;
    self->spawn(tree_node, caf::actor{self}, share, drawn);
    left -= share;
  }
  if (children == 0) {
    self->send(parent, done_atom::value, std::int64_t{1});
    self->quit();
  }
  return {sum_of_done(self, children, [=](std::int64_t sum) { self->send(parent, done_atom::value, sum + 1); })};
}

caf::behavior uct(actor_pointer self, int nodes) {
  self->spawn(tree_node, caf::actor{self}, std::int64_t{nodes}, std::int64_t{1});
  return {sum_of_done(self, 1, [=](std::int64_t sum) { expect(sum, nodes); })};
}

// -- queens -------------------------------------------------------------------------------------------------------------------------------------------

caf::behavior queens_worker(actor_pointer self, const caf::actor& master) {
  return {[=](place_atom, std::vector<int>& columns) {
    if (columns.size() >= queens_split_depth) {
      self->send(master, done_atom::value, queens_from(columns));
      return;
    }
    for (int column = 0; column < queens; ++column) {
      if (!is_safe(columns, column)) continue;
      std::vector<int> more = columns;
      more.push_back(column);
      self->send(master, place_atom::value, std::move(more));
    }
    self->send(master, done_atom::value, std::int64_t{0});
  }};
}

caf::behavior nqueens(actor_pointer self, int) {
  struct state {
    std::vector<caf::actor> workers;
    std::size_t next = 0;
    int open = 0;
    std::int64_t solutions = 0;
  };
  const auto at = std::make_shared<state>();
  for (int i = 0; i < queens_workers; ++i)
    at->workers.push_back(self->spawn(queens_worker, caf::actor{self}));
  const auto give = [=](std::vector<int> board) {
    self->send(at->workers[at->next], place_atom::value, std::move(board));
    at->next = (at->next + 1) % queens_workers;
    ++at->open;
  };
  give({});
  return {[=](place_atom, std::vector<int>& board) { give(std::move(board)); },
          [=](done_atom, std::int64_t solutions) {
            at->solutions += solutions;
            if (--at->open > 0) return;
            expect(at->solutions, queens_solutions);
            stop_all(self, at->workers);
            self->quit();
          }};
}

// -- benchmarks -------------------------------------------------------------------------------------------------------------------------------

using program = caf::behavior (*)(actor_pointer, int);

void run(caf::actor_system& system, program of, int items) {
  caf::scoped_actor self{system};
  const caf::actor root = self->spawn<caf::monitored>(of, items);
  self->receive([](const caf::down_msg&) {});
}

void add(const char* name, program of, int items_per_batch) {
  benchmark::RegisterBenchmark(name, [of, items_per_batch](benchmark::State& state) {
    caf::actor_system_config config;
    caf::actor_system system{config};
    run(system, of, items_per_batch / 10 + 1);
    std::chrono::duration<double> spent{0};
    while (state.KeepRunningBatch(items_per_batch)) {
      const auto began = std::chrono::steady_clock::now();
      run(system, of, items_per_batch);
      spent += std::chrono::steady_clock::now() - began;
    }
    state.counters["items_per_second"] = static_cast<double>(state.iterations()) / spent.count();
  })->Unit(benchmark::kNanosecond);
}

} // namespace

} // namespace agner::bench

int main(int argc, char** argv) {
  using namespace agner::bench;
  char least_time[] = "--benchmark_min_time=0.1";
  std::vector<char*> arguments{argv[0], least_time};
  arguments.insert(arguments.end(), argv + 1, argv + argc);
  int count_of_arguments = static_cast<int>(arguments.size());
  benchmark::Initialize(&count_of_arguments, arguments.data());
  if (benchmark::ReportUnrecognizedArguments(count_of_arguments, arguments.data())) return 1;
  add("savina/count", count, 200'000);
  add("savina/fork_join_throughput", fork_join_throughput, 300'000);
  add("savina/fork_join_create", fork_join_create, 40'000);
  add("savina/thread_ring", thread_ring, 200'000);
  add("savina/chameneos", chameneos, 100'000);
  add("savina/big", big, 120'000);
  add("savina/bounded_buffer", bounded_buffer, 100'000);
  add("savina/philosophers", dining_philosophers, 40'000);
  add("savina/bank", bank, 50'000);
  add("savina/sieve", sieve, 100'000);
  add("savina/uct", uct, 40'000);
  add("savina/nqueens", nqueens, static_cast<int>(queens_solutions));
  add_bridge_benchmarks();
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
