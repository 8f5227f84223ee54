// SPDX-License-Identifier: Apache-2.0

#include <agner/runtime/internal/timer_wheel.hpp>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <tuple>
#include <vector>

namespace agner::internal {
namespace {

using handles = std::vector<timer_wheel::handle>;

handles advance(timer_wheel& wheel, timer_wheel::tick now) {
  handles due;
  wheel.advance(now, SIZE_MAX, due);
  return due;
}

TEST(TimerWheel, IsEmptyAtFirst) {
  timer_wheel wheel{5};
  EXPECT_EQ(wheel.now(), 5U);
  EXPECT_EQ(wheel.next(), std::nullopt);
  EXPECT_TRUE(advance(wheel, 1'000'000'000'000).empty());
  EXPECT_EQ(wheel.now(), 1'000'000'000'000U);
}

TEST(TimerWheel, FiresAtTheTickAndNotBefore) {
  for (const timer_wheel::tick due : {1U, 63U, 64U, 65U, 4095U, 4096U, 4097U, 1'000'000U}) {
    timer_wheel wheel{0};
    wheel.insert(3, due);

    EXPECT_LE(*wheel.next(), due);
    EXPECT_TRUE(advance(wheel, due - 1).empty()) << due;
    EXPECT_EQ(advance(wheel, due), handles{3}) << due;
    EXPECT_EQ(wheel.next(), std::nullopt);
  }
}

TEST(TimerWheel, FiresWhatIsDueAlreadyWithTheNextAdvance) {
  timer_wheel wheel{100};
  wheel.insert(1, 100);
  wheel.insert(2, 7);

  EXPECT_EQ(wheel.next(), 100U);
  EXPECT_EQ(advance(wheel, 100), (handles{1, 2}));
}

TEST(TimerWheel, FiresInOrderOfTimeThenOfInsertion) {
  timer_wheel wheel{0};
  wheel.insert(0, 5000);
  wheel.insert(1, 70);
  wheel.insert(2, 5000);
  wheel.insert(3, 1);
  wheel.insert(4, 70);

  EXPECT_EQ(advance(wheel, 10'000), (handles{3, 1, 4, 0, 2}));
}

TEST(TimerWheel, KeepsTheOrderOfATickThatIsReachedInSteps) {
  timer_wheel wheel{0};
  wheel.insert(0, 100);
  EXPECT_TRUE(advance(wheel, 70).empty());
  wheel.insert(1, 100);

  EXPECT_EQ(advance(wheel, 100), (handles{0, 1}));
}

TEST(TimerWheel, StopsWhenItHasEnoughAndGoesOnThere) {
  timer_wheel wheel{0};
  for (timer_wheel::handle i = 0; i < 7; ++i)
    wheel.insert(i, i < 5 ? 5000 : 6000);
  handles due;

  wheel.advance(10'000, 3, due);
  EXPECT_EQ(due, (handles{0, 1, 2}));
  EXPECT_EQ(wheel.next(), 5000U);
  wheel.insert(7, 1); // due already: behind what is due
  due.clear();
  wheel.advance(10'000, 4, due);
  EXPECT_EQ(due, (handles{3, 4, 7, 5}));
  EXPECT_EQ(advance(wheel, 10'000), handles{6});
  EXPECT_EQ(wheel.now(), 10'000U);
}

TEST(TimerWheel, ForgetsWhatIsRemoved) {
  timer_wheel wheel{0};
  for (timer_wheel::handle i = 0; i < 5; ++i)
    wheel.insert(i, 50);
  for (const timer_wheel::handle i : {0U, 2U, 4U})
    wheel.remove(i);
  EXPECT_EQ(advance(wheel, 100), (handles{1, 3}));

  wheel.insert(0, 200);
  wheel.remove(0);
  EXPECT_EQ(wheel.next(), std::nullopt);
}

TEST(TimerWheel, TakesTimesBeyondItsEndAsItsEnd) {
  timer_wheel wheel{0};
  wheel.insert(0, UINT64_MAX);

  EXPECT_TRUE(advance(wheel, timer_wheel::tick_max - 1).empty());
  EXPECT_EQ(advance(wheel, timer_wheel::tick_max), handles{0});
}

/// The same by a sorted map: (due, number of the insertion) -> handle.
class model {
public:
  void insert(timer_wheel::handle which, timer_wheel::tick due) {
    const auto key = std::tuple{std::max(due, now_), ++insertions_};
    waiting_.emplace(key, which);
    keys_.emplace(which, key);
  }
  void remove(timer_wheel::handle which) {
    waiting_.erase(keys_.at(which));
    keys_.erase(which);
  }
  handles advance(timer_wheel::tick now) {
    handles due;
    while (!waiting_.empty() && std::get<0>(waiting_.begin()->first) <= now) {
      due.push_back(waiting_.begin()->second);
      keys_.erase(due.back());
      waiting_.erase(waiting_.begin());
    }
    now_ = now;
    return due;
  }
  [[nodiscard]] bool has(timer_wheel::handle which) const { return keys_.contains(which); }
  [[nodiscard]] std::optional<timer_wheel::tick> next() const {
    return waiting_.empty() ? std::nullopt : std::optional{std::get<0>(waiting_.begin()->first)};
  }

private:
  timer_wheel::tick now_ = 0;
  std::uint64_t insertions_ = 0;
  std::map<std::tuple<timer_wheel::tick, std::uint64_t>, timer_wheel::handle> waiting_;
  std::map<timer_wheel::handle, std::tuple<timer_wheel::tick, std::uint64_t>> keys_;
};

RC_GTEST_PROP(TimerWheelProperty, BehavesLikeASortedMap, ()) {
  timer_wheel wheel{0};
  model expected;
  timer_wheel::tick now = 0;
  const auto distances =
      rc::gen::oneOf(rc::gen::inRange<timer_wheel::tick>(0, 5), rc::gen::inRange<timer_wheel::tick>(0, 200),
                     rc::gen::inRange<timer_wheel::tick>(0, 100'000),
                     rc::gen::inRange<timer_wheel::tick>(0, timer_wheel::tick{1} << 40U));
  const int steps = *rc::gen::inRange(1, 200);
  for (int i = 0; i < steps; ++i) {
    const auto which = *rc::gen::inRange<timer_wheel::handle>(0, 20);
    if (*rc::gen::inRange(0, 3) == 0) {
      now += *distances;
      RC_ASSERT(advance(wheel, now) == expected.advance(now));
      RC_ASSERT(wheel.now() == now);
    } else if (expected.has(which)) {
      wheel.remove(which);
      expected.remove(which);
    } else {
      const timer_wheel::tick due = now + *distances;
      wheel.insert(which, due);
      expected.insert(which, due);
    }
    const auto next = wheel.next();
    RC_ASSERT(next.has_value() == expected.next().has_value());
    if (next) {
      RC_ASSERT(*next <= *expected.next());
      RC_ASSERT(*next >= now);
    }
  }
}

} // namespace
} // namespace agner::internal
