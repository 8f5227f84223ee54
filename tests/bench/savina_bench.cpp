// SPDX-License-Identifier: Apache-2.0
// Programs of the Savina suite that suit processes. The same on the peers: erlang/savina.erl and caf/savina_caf.cpp. Each ends by checking what it has computed.

#include "savina_bench.hpp"

#include <array>
#include <deque>
#include <optional>
#include <vector>

#include "workload.hpp"

namespace agner::bench {

namespace {

using namespace savina;

void expect(std::int64_t actual, std::int64_t expected) {
  if (actual != expected) exit(tuple("wrong_result"_atom, actual, expected));
}

task<std::int64_t> number() {
  co_return co_await receive([](std::int64_t n) { return n; });
}

void kill_all(const std::vector<pid>& of) {
  for (const pid& each : of)
    exit(each, "kill"_atom);
}

struct done {
  static constexpr auto tag = "done"_atom;
  std::int64_t number;
};
struct stop {
  static constexpr auto tag = "stop"_atom;
};

task<std::int64_t> sum_of_done(int count) {
  std::int64_t sum = 0;
  for (int i = 0; i < count; ++i)
    sum += co_await receive([](done d) { return d.number; });
  co_return sum;
}

// -- count --------------------------------------------------------------------------------------------------------------------------------

struct increment {
  static constexpr auto tag = "increment"_atom;
};
struct get {
  static constexpr auto tag = "get"_atom;
  pid from;
};

task<> counter() {
  std::int64_t count = 0;
  for (bool more = true; more;)
    co_await receive([&](increment) { ++count; },
                     [&](get asked) {
                       send(asked.from, count);
                       more = false;
                     });
}

task<> count(int messages) {
  const pid to = spawn(counter);
  for (int i = 0; i < messages; ++i)
    send(to, increment{});
  send(to, get{self()});
  expect(co_await number(), messages);
}

// -- fork and join --------------------------------------------------------------------------------------------------------------------------

struct work {
  static constexpr auto tag = "work"_atom;
  std::int64_t number;
};

task<> counts_work(pid parent, std::int64_t messages) {
  std::int64_t count = 0;
  while (count < messages)
    co_await receive([&](work) { ++count; });
  send(parent, done{count});
}

task<> fork_join_throughput(int messages) {
  const std::int64_t each = messages / fork_join_workers;
  std::vector<pid> workers;
  for (int i = 0; i < fork_join_workers; ++i)
    workers.push_back(spawn(counts_work, self(), each));
  for (std::int64_t i = 0; i < each; ++i)
    for (const pid& to : workers)
      send(to, work{i});
  expect(co_await sum_of_done(fork_join_workers), each * fork_join_workers);
}

task<> works_once(pid parent) {
  const std::int64_t given = co_await receive([](work w) { return w.number; });
  send(parent, done{given});
}

task<> fork_join_create(int processes) {
  for (int i = 0; i < processes; ++i)
    send(spawn(works_once, self()), work{i});
  expect(co_await sum_of_done(processes), sum_below(processes));
}

// -- thread ring ------------------------------------------------------------------------------------------------------------------------------

struct next_is {
  static constexpr auto tag = "next"_atom;
  pid next;
};

task<> ring_member(pid parent, std::int64_t index) {
  const pid next = co_await receive([](next_is n) { return n.next; });
  for (;;) {
    const std::int64_t left = co_await number();
    if (left == 0)
      send(parent, index);
    else
      send(next, left - 1);
  }
}

task<> thread_ring(int hops) {
  std::vector<pid> ring;
  for (int i = 0; i < ring_members; ++i)
    ring.push_back(spawn(ring_member, self(), std::int64_t{i}));
  for (std::size_t i = 0; i < ring_members; ++i)
    send(ring[i], next_is{ring[(i + 1) % ring_members]});
  send(ring[0], std::int64_t{hops});
  expect(co_await number(), hops % ring_members);
  kill_all(ring);
}

// -- chameneos --------------------------------------------------------------------------------------------------------------------------------

struct meet {
  static constexpr auto tag = "meet"_atom;
  pid who;
  int colour;
};
struct change {
  static constexpr auto tag = "change"_atom;
  int colour;
};

task<> creature(pid mall, int colour) {
  std::int64_t meetings = 0;
  for (bool more = true; more;) {
    send(mall, meet{self(), colour});
    co_await receive(
        [&](meet other) {
          colour = complement(colour, other.colour);
          ++meetings;
          send(other.who, change{colour});
        },
        [&](change to) {
          colour = to.colour;
          ++meetings;
        },
        [&](stop) { more = false; });
  }
  send(mall, done{meetings});
}

task<> chameneos(int meetings) {
  for (int i = 0; i < creatures; ++i)
    spawn(creature, self(), i % 3);
  std::optional<pid> waiting;
  std::int64_t sum = 0;
  int left = meetings;
  for (int gone = 0; gone < creatures;)
    co_await receive(
        [&](meet who) {
          if (left == 0) {
            send(who.who, stop{});
          } else if (!waiting) {
            waiting = who.who;
          } else {
            --left;
            send(*waiting, who);
            waiting.reset();
          }
        },
        [&](done d) {
          sum += d.number;
          ++gone;
        });
  expect(sum, 2 * std::int64_t{meetings});
}

// -- big --------------------------------------------------------------------------------------------------------------------------------------

struct others_are {
  static constexpr auto tag = "others"_atom;
  std::vector<pid> others;
};
struct ping {
  static constexpr auto tag = "ping"_atom;
  pid from;
};
struct pong {
  static constexpr auto tag = "pong"_atom;
};

task<> big_member(pid parent, std::int64_t random, std::int64_t pings) {
  const std::vector<pid> others = co_await receive([](others_are o) { return std::move(o.others); });
  const auto ping_one = [&] {
    send(others[static_cast<std::size_t>(next_random(random) % big_members)], ping{self()});
  };
  std::int64_t pongs = 0;
  ping_one();
  for (;;)
    co_await receive([](ping p) { send(p.from, pong{}); },
                     [&](pong) {
                       if (++pongs < pings)
                         ping_one();
                       else
                         send(parent, done{pongs});
                     });
}

task<> big(int pings) {
  const std::int64_t each = pings / big_members + 1;
  std::vector<pid> members;
  for (int i = 0; i < big_members; ++i)
    members.push_back(spawn(big_member, self(), std::int64_t{i} + 1, each));
  const term others = to_term(others_are{members});
  for (const pid& to : members)
    send(to, others);
  expect(co_await sum_of_done(big_members), each * big_members);
  kill_all(members);
}

// -- bounded buffer ---------------------------------------------------------------------------------------------------------------------------

struct produce {
  static constexpr auto tag = "produce"_atom;
};
struct item {
  static constexpr auto tag = "item"_atom;
  std::int64_t value;
  pid from;
  std::int64_t left;
};
struct ready {
  static constexpr auto tag = "ready"_atom;
  pid who;
};
struct consume {
  static constexpr auto tag = "consume"_atom;
  std::int64_t value;
};

task<> producer(pid buffer, std::int64_t first, std::int64_t items) {
  for (std::int64_t i = 0; i < items; ++i) {
    co_await receive([](produce) {});
    send(buffer, item{first + i, self(), items - i - 1});
  }
}

task<> consumer(pid buffer) {
  std::int64_t sum = 0;
  for (bool more = true; more;) {
    send(buffer, ready{self()});
    co_await receive([&](consume c) { sum += c.value; }, [&](stop) { more = false; });
  }
  send(buffer, done{sum});
}

pid take_first(std::deque<pid>& from) {
  const pid first = from.front();
  from.pop_front();
  return first;
}

task<> bounded_buffer(int items) {
  const std::int64_t each = items / producers;
  std::deque<std::int64_t> buffer;
  std::deque<pid> held; // producers that wait for room
  std::deque<pid> idle; // consumers that wait for an item
  for (int i = 0; i < consumers; ++i)
    spawn(consumer, self());
  for (int i = 0; i < producers; ++i)
    send(spawn(producer, self(), i * each, each), produce{});
  std::int64_t delivered = 0;
  const auto deliver = [&](const pid& to, std::int64_t value) {
    send(to, consume{value});
    if (++delivered < each * producers) return;
    for (const pid& who : idle)
      send(who, stop{});
  };
  std::int64_t sum = 0;
  for (int gone = 0; gone < consumers;)
    co_await receive(
        [&](item made) {
          if (idle.empty())
            buffer.push_back(made.value);
          else
            deliver(take_first(idle), made.value);
          if (made.left == 0) return;
          if (buffer.size() >= buffer_places)
            held.push_back(made.from);
          else
            send(made.from, produce{});
        },
        [&](ready consumes) {
          if (delivered == each * producers) {
            send(consumes.who, stop{});
          } else if (buffer.empty()) {
            idle.push_back(consumes.who);
          } else {
            const std::int64_t value = buffer.front();
            buffer.pop_front();
            deliver(consumes.who, value);
            if (!held.empty()) send(take_first(held), produce{});
          }
        },
        [&](done d) {
          sum += d.number;
          ++gone;
        });
  expect(sum, sum_below(each * producers));
}

// -- dining philosophers ------------------------------------------------------------------------------------------------------------------------

struct hungry {
  static constexpr auto tag = "hungry"_atom;
  pid who;
  std::int64_t place;
};
struct eat {
  static constexpr auto tag = "eat"_atom;
};
struct denied {
  static constexpr auto tag = "denied"_atom;
};
struct leave {
  static constexpr auto tag = "leave"_atom;
  std::int64_t place;
};

task<> philosopher(pid table, std::int64_t place, std::int64_t meals) {
  std::int64_t eaten = 0;
  while (eaten < meals) {
    send(table, hungry{self(), place});
    co_await receive(
        [&](eat) {
          ++eaten;
          send(table, leave{place});
        },
        [](denied) {});
  }
  send(table, done{eaten});
}

task<> dining_philosophers(int meals) {
  const std::int64_t each = meals / philosophers;
  std::array<bool, philosophers> taken{};
  for (int i = 0; i < philosophers; ++i)
    spawn(philosopher, self(), std::int64_t{i}, each);
  std::int64_t sum = 0;
  const auto forks = [&](std::int64_t place) {
    return std::pair<bool&, bool&>{taken[static_cast<std::size_t>(place)],
                                   taken[static_cast<std::size_t>((place + 1) % philosophers)]};
  };
  for (int gone = 0; gone < philosophers;)
    co_await receive(
        [&](hungry h) {
          auto [left, right] = forks(h.place);
          if (left || right) {
            send(h.who, denied{});
          } else {
            left = right = true;
            send(h.who, eat{});
          }
        },
        [&](leave l) {
          auto [left, right] = forks(l.place);
          left = right = false;
        },
        [&](done d) {
          sum += d.number;
          ++gone;
        });
  expect(sum, each * philosophers);
}

// -- bank -----------------------------------------------------------------------------------------------------------------------------------------

struct transfer {
  static constexpr auto tag = "transfer"_atom;
  std::int64_t amount;
  pid to;
  pid teller;
};
struct deposit {
  static constexpr auto tag = "deposit"_atom;
  std::int64_t amount;
  pid from;
};
struct deposited {
  static constexpr auto tag = "deposited"_atom;
};
struct settled {
  static constexpr auto tag = "settled"_atom;
};

// Waits for the other account before it does anything else; transfers go to accounts of higher numbers only, so no two wait for each other.
task<> account() {
  std::int64_t balance = balance_at_first;
  for (;;)
    co_await receive(
        [&](transfer t) -> task<> {
          balance -= t.amount;
          send(t.to, deposit{t.amount, self()});
          co_await receive([](deposited) {});
          send(t.teller, settled{});
        },
        [&](deposit d) {
          balance += d.amount;
          send(d.from, deposited{});
        },
        [&](get asked) { send(asked.from, done{balance}); });
}

task<> bank(int transfers) {
  std::vector<pid> all;
  for (int i = 0; i < accounts; ++i)
    all.push_back(spawn(account));
  std::int64_t random = 1;
  for (int i = 0; i < transfers; ++i) {
    const std::int64_t from = next_random(random) % (accounts / 10 * 8);
    const std::int64_t to = from + 1 + next_random(random) % (accounts - from - 1);
    send(all[static_cast<std::size_t>(from)],
         transfer{next_random(random) % 100, all[static_cast<std::size_t>(to)], self()});
  }
  for (int i = 0; i < transfers; ++i)
    co_await receive([](settled) {});
  for (const pid& each : all)
    send(each, get{self()});
  expect(co_await sum_of_done(accounts), accounts * balance_at_first);
  kill_all(all);
}

// -- sieve ----------------------------------------------------------------------------------------------------------------------------------------

struct candidate {
  static constexpr auto tag = "candidate"_atom;
  std::int64_t number;
};

task<> filter(pid parent, std::int64_t first) {
  std::vector<std::int64_t> primes{first};
  std::optional<pid> next;
  for (bool more = true; more;)
    co_await receive(
        [&](candidate c) {
          for (const std::int64_t prime : primes)
            if (c.number % prime == 0) return;
          if (primes.size() < primes_per_filter)
            primes.push_back(c.number);
          else if (next)
            send(*next, c);
          else
            next = spawn(filter, parent, c.number);
        },
        [&](done before) {
          const std::int64_t found = before.number + static_cast<std::int64_t>(primes.size());
          send(next.value_or(parent), done{found});
          more = false;
        });
}

task<> sieve(int limit) {
  const pid first = spawn(filter, self(), std::int64_t{2});
  for (std::int64_t n = 3; n <= limit; n += 2)
    send(first, candidate{n});
  send(first, done{0});
  expect(co_await sum_of_done(1), primes_up_to(limit));
}

// -- unbalanced tree --------------------------------------------------------------------------------------------------------------------------------

task<> tree_node(pid parent, std::int64_t nodes, std::int64_t random) {
  std::int64_t left = nodes - 1;
  int children = 0;
  for (; left > 0; ++children) {
    const std::int64_t drawn = next_random(random);
    const std::int64_t share = children + 1 == tree_children ? left : 1 + drawn % left;
    spawn(tree_node, self(), share, drawn);
    left -= share;
  }
  send(parent, done{co_await sum_of_done(children) + 1});
}

task<> uct(int nodes) {
  spawn(tree_node, self(), std::int64_t{nodes}, std::int64_t{1});
  expect(co_await sum_of_done(1), nodes);
}

// -- queens -------------------------------------------------------------------------------------------------------------------------------------------

struct place_next {
  static constexpr auto tag = "place"_atom;
  std::vector<int> columns;
};

task<> queens_worker(pid master) {
  for (;;)
    co_await receive([&](place_next board) {
      if (board.columns.size() >= queens_split_depth) {
        send(master, done{queens_from(board.columns)});
        return;
      }
      for (int column = 0; column < queens; ++column) {
        if (!is_safe(board.columns, column)) continue;
        std::vector<int> more = board.columns;
        more.push_back(column);
        send(master, place_next{std::move(more)});
      }
      send(master, done{0});
    });
}

// One item is a solution; there are as many each time.
task<> nqueens(int) {
  std::vector<pid> workers;
  for (int i = 0; i < queens_workers; ++i)
    workers.push_back(spawn(queens_worker, self()));
  std::size_t next = 0;
  int open = 0;
  std::int64_t solutions = 0;
  const auto give = [&](term board) {
    send(workers[next], std::move(board));
    next = (next + 1) % queens_workers;
    ++open;
  };
  give(to_term(place_next{}));
  while (open > 0)
    co_await receive(
        [&](done d) {
          solutions += d.number;
          --open;
        },
        [&](term board) { give(std::move(board)); });
  expect(solutions, queens_solutions);
  kill_all(workers);
}

} // namespace

void add_savina_benchmarks() {
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
}

} // namespace agner::bench
