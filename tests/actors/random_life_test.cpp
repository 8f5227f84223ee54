// SPDX-License-Identifier: Apache-2.0
// Processes that do at random all that processes do to each other, and a ledger of what may come of it. The same lives run on real workers, for the sanitizers, and on
// the deterministic scheduler, where a seed that fails fails again: AGNER_SEEDS=FIRST..LAST explores others.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <map>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include <agner/actors/process.hpp>
#include <agner/runtime/term_text.hpp>

#include "../support/deterministic_node.hpp"

namespace agner {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t processes_max = 40;
constexpr int steps = 30;

/// What all processes of one run know of each other.
class ledger {
public:
  /// Every process is added before anybody else can know of it, or it of others; its place is its rank.
  std::size_t add(const pid& fresh) {
    const std::lock_guard lock{mutex_};
    all_.push_back(fresh);
    return all_.size() - 1;
  }
  [[nodiscard]] std::vector<pid> since(std::size_t rank) const {
    const std::lock_guard lock{mutex_};
    return {all_.begin() + static_cast<std::ptrdiff_t>(rank), all_.end()};
  }
  [[nodiscard]] std::size_t size() const {
    const std::lock_guard lock{mutex_};
    return all_.size();
  }
  void breach(const std::string& what) {
    const std::lock_guard lock{mutex_};
    breaches_.push_back(what);
  }
  [[nodiscard]] std::vector<std::string> breaches() const {
    const std::lock_guard lock{mutex_};
    return breaches_;
  }

  std::atomic<int> frames{0};         // objects on the frames of processes that are alive
  std::atomic<std::uint64_t> done{0}; // steps, so that a run that did nothing shows

private:
  mutable std::mutex mutex_;
  std::vector<pid> all_;
  std::vector<std::string> breaches_;
};

/// Lives on the frame of a process: whatever ends it destroys this.
class on_frame {
public:
  explicit on_frame(ledger& of) : of_(of) { of_.frames.fetch_add(1); }
  on_frame(const on_frame&) = delete;
  on_frame& operator=(const on_frame&) = delete;
  ~on_frame() { of_.frames.fetch_sub(1); }

private:
  ledger& of_;
};

/// One process: what it did to others, and whether what it hears is what may come of that.
class life {
public:
  life(ledger& book, std::uint64_t seed, std::size_t rank)
      : book_(book), seed_(seed), rank_(rank), random_(seed * 1000 + rank), traps_(draw(2) == 0) {
    trap_exit(traps_);
  }

  task<> live() {
    const on_frame here{book_};
    for (int i = 0; i < steps; ++i) {
      book_.done.fetch_add(1);
      co_await step();
      co_await hear_all();
    }
    if (draw(3) == 0) exit(tuple("bored"_atom, self()));
  }

  /// Waits to be told its rank: its pid is in the ledger then.
  static task<> born(ledger* book, std::uint64_t seed) {
    const auto rank = co_await receive(on(match("rank"_atom, any<std::int64_t>), [](std::int64_t r) { return r; }));
    life one{*book, seed, static_cast<std::size_t>(rank)};
    co_await one.live();
  }
  static void admit(ledger& book, const pid& fresh) {
    send(fresh, tuple("rank"_atom, static_cast<std::int64_t>(book.add(fresh))));
  }

private:
  std::size_t draw(std::size_t below) { return std::uniform_int_distribution<std::size_t>{0, below - 1}(random_); }

  pid anybody() {
    const std::vector<pid> all = book_.since(0);
    return all[draw(all.size())];
  }
  /// Links are made from the lower rank to the higher only, so that either side knows who made them.
  std::optional<pid> anybody_above() {
    const std::vector<pid> above = book_.since(rank_ + 1);
    if (above.empty()) return std::nullopt;
    return above[draw(above.size())];
  }
  atom any_name() {
    static const std::array<atom, 3> names{atom{"life_a"}, atom{"life_b"}, atom{"life_c"}};
    return names[draw(names.size())];
  }

  task<> step() {
    switch (draw(15)) {
    case 0:
    case 1: spawn_one(); break;
    case 2:
    case 3:
    case 4: send_to(anybody()); break;
    case 5: watched_.push_back(monitor(anybody())); break;
    case 6: co_await stop_watching(); break;
    case 7: link_one(); break;
    case 8: co_await unlink_one(); break;
    case 9: {
      const pid to = anybody();
      exit(to, tuple("sent"_atom, to));
      break;
    }
    case 10: co_await kill_and_see(); break;
    case 11: take_or_give_name(); break;
    case 12: send(any_name(), message(0)); break;
    case 13: co_await wait_with_timer(); break;
    default: co_await yield(); break;
    }
  }

  void spawn_one() {
    if (book_.size() >= processes_max) return;
    pid child;
    switch (draw(3)) {
    case 0: child = spawn(born, &book_, seed_); break;
    case 1:
      child = spawn_link(born, &book_, seed_);
      linked_[child] = 1;
      break;
    default: {
      const auto both = spawn_monitor(born, &book_, seed_);
      child = both.process;
      watched_.push_back(both.monitor);
    }
    }
    admit(book_, child);
  }

  term message(std::int64_t number) { return tuple("numbered"_atom, self(), ++stamp_, number); }
  void send_to(const pid& to) { send(to, message(++sent_[to])); }

  task<> stop_watching() {
    if (watched_.empty()) co_return;
    const reference which = watched_[draw(watched_.size())];
    if (draw(2) == 0) {
      demonitor(which, {.flush = true});
    } else {
      demonitor(which); // its DOWN may be in the mailbox already
      co_await hear_all();
    }
    std::erase(watched_, which);
  }

  void link_one() {
    const auto to = anybody_above();
    if (!to) return;
    try {
      link(*to);
      // To one that has ended a link breaks at once, even where the EXIT of the link before is still in the mailbox.
      if (!linked_.contains(*to) || !this_node().is_alive(*to)) ++linked_[*to];
    } catch (const raised& refused) {
      if (traps_ || !refused.reason().is("noproc"_atom)) book_.breach("link raised " + print(refused.reason()));
    }
  }

  task<> unlink_one() {
    if (linked_.empty()) co_return;
    auto at = linked_.begin();
    std::advance(at, draw(linked_.size()));
    const pid which = at->first;
    unlink(which);
    co_await hear_all(); // its EXIT may be in the mailbox already, and cannot come after that
    linked_.erase(which);
  }

  task<> kill_and_see() {
    const pid victim = anybody();
    if (draw(4) != 0 || victim == self()) co_return;
    const reference ref = monitor(victim);
    exit(victim, "kill"_atom);
    co_await receive(
        on(match("DOWN"_atom, ref, any<term>, any<term>, any<term>), [](const term&, const term&, const term&) {}));
  }

  void take_or_give_name() {
    const atom name = any_name();
    try {
      if (draw(2) == 0)
        register_(name, self());
      else
        unregister(name);
    } catch (const raised& refused) {
      if (!refused.reason().is("badarg"_atom)) book_.breach("a name raised " + print(refused.reason()));
    }
  }

  task<> wait_with_timer() {
    const reference timer = start_timer(1ms, self(), "tick"_atom);
    if (draw(2) == 0) {
      co_await receive(on(match("timeout"_atom, timer, "tick"_atom), [] {}));
      if (cancel_timer(timer)) book_.breach("a timer fired and was still to be cancelled");
    } else {
      const bool in_time = cancel_timer(timer).has_value();
      const bool came = co_await receive(on(match("timeout"_atom, timer, "tick"_atom), [] { return true; }),
                                         after(0ms, [] { return false; }));
      if (in_time && came) book_.breach("a timer was cancelled and fired");
      if (!in_time && !came) co_await receive(on(match("timeout"_atom, timer, "tick"_atom), [] {})); // on its way
    }
  }

  task<> hear_all() {
    while (co_await receive(
        [this](const term& heard) {
          hear(heard);
          return true;
        },
        after(0ms, [] { return false; }))) {
    }
  }

  void hear(const term& what) {
    if (what.is_tagged("numbered"_atom, 4))
      return hear_numbered(what[1].as_pid(), what[2].as_int64(), what[3].as_int64());
    if (what.is_tagged("DOWN"_atom, 5)) {
      if (std::erase(watched_, what[1].as_reference()) != 1)
        book_.breach("a monitor nobody waits for answers: " + print(what));
      return;
    }
    if (what.is_tagged("EXIT"_atom, 3)) return hear_exit(what[1].as_pid(), what[2]);
    book_.breach("nobody sends " + print(what));
  }

  void hear_numbered(const pid& from, std::int64_t stamp, std::int64_t number) {
    if (stamp <= std::exchange(last_stamp_[from], stamp)) book_.breach("a message overtook one of the same sender");
    if (number != 0 && number != ++received_[from]) book_.breach("a message was lost or came twice");
  }

  void hear_exit(const pid& from, const term& reason) {
    if (!traps_) return book_.breach("who does not trap exits hears " + print(reason));
    if (reason == tuple("sent"_atom, self())) return;              // exit/2
    if (const auto at = linked_.find(from); at != linked_.end()) { // a link that we made
      if (--at->second == 0) linked_.erase(at);
      return;
    }
    const std::vector<pid> below = book_.since(0);
    const bool theirs = std::ranges::find(below.begin(), below.begin() + static_cast<std::ptrdiff_t>(rank_), from) !=
                        below.begin() + static_cast<std::ptrdiff_t>(rank_);
    if (!theirs) return book_.breach("a link that is not there breaks: " + print(reason));
    if (!ended_.insert(from).second) book_.breach("a link breaks twice");
  }

  ledger& book_;
  std::uint64_t seed_;
  std::size_t rank_;
  std::mt19937_64 random_;
  bool traps_;
  std::int64_t stamp_ = 0;
  std::map<pid, std::int64_t> sent_;
  std::map<pid, std::int64_t> received_;
  std::map<pid, std::int64_t> last_stamp_;
  std::vector<reference> watched_;
  std::map<pid, int> linked_; // by us, and how often that may break
  std::set<pid> ended_;       // who linked with us, and broke it
};

/// Starts four, watches all that come of them twice, and returns when the last is gone.
task<> judge(ledger* book, std::uint64_t seed) {
  for (int i = 0; i < 4; ++i)
    life::admit(*book, spawn(life::born, book, seed));
  std::unordered_map<reference, int> answers;
  std::size_t watched = 0;
  std::size_t answered = 0;
  for (;;) {
    for (const pid& each : book->since(watched)) {
      answers[monitor(each)] = 0;
      answers[monitor(each)] = 0;
      ++watched;
    }
    if (answered == answers.size() && watched == book->size()) break;
    co_await receive(
        on(match("DOWN"_atom, any<reference>, "process"_atom, any<term>, any<term>),
           [&](const reference& ref, const term&, const term&) {
             ++answered;
             if (const auto at = answers.find(ref); at == answers.end() || ++at->second != 1)
               book->breach("a monitor of the judge answers twice");
           }),
        on(match("numbered"_atom, any<term>, any<term>, any<term>), [](const term&, const term&, const term&) {}));
  }
  while (this_node().process_count() != 1)
    co_await yield();
  if (!registered().empty()) book->breach("a name outlives its process");
}

void expect_in_order(ledger& book) {
  EXPECT_EQ(book.breaches(), std::vector<std::string>{});
  EXPECT_EQ(book.frames.load(), 0);
  EXPECT_GE(book.done.load(), 4U);
}

/// FIRST..LAST of the environment, else 1 to @p most.
std::pair<std::uint64_t, std::uint64_t> seeds(std::uint64_t most) {
  const char* const given = std::getenv("AGNER_SEEDS"); // NOLINT(concurrency-mt-unsafe): before any thread starts
  if (given == nullptr) return {1, most};
  char* end = nullptr;
  const std::uint64_t first = std::strtoull(given, &end, 10);
  return {first, *end == '\0' ? first : std::strtoull(end + 2, nullptr, 10)};
}

TEST(RandomLife, KeepsTheRulesInEveryOrderOfTurns) {
  const auto [first, last] = seeds(300);
  for (std::uint64_t seed = first; seed <= last && !HasFailure(); ++seed) {
    SCOPED_TRACE("AGNER_SEEDS=" + std::to_string(seed));
    ledger book;
    test::deterministic_node here{seed};
    here->run(judge, &book, seed);
    expect_in_order(book);
  }
}

class RandomLifeOnWorkers : public ::testing::TestWithParam<std::size_t> {};
INSTANTIATE_TEST_SUITE_P(Workers, RandomLifeOnWorkers, ::testing::Values(1, 2, 4),
                         [](const auto& of) { return std::to_string(of.param); });

TEST_P(RandomLifeOnWorkers, KeepsTheRules) {
  const auto [first, last] = seeds(40);
  node here{{.scheduler = scheduler::start({.workers = GetParam()})}};
  for (std::uint64_t seed = first; seed <= last && !HasFailure(); ++seed) {
    SCOPED_TRACE("AGNER_SEEDS=" + std::to_string(seed));
    ledger book;
    here.run(judge, &book, seed);
    expect_in_order(book);
  }
}

} // namespace
} // namespace agner
