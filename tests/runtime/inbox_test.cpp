// SPDX-License-Identifier: Apache-2.0

#include <agner/runtime/inbox.hpp>

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <thread>
#include <vector>

#include <agner/runtime/signal.hpp>
#include <agner/runtime/term.hpp>

namespace agner::internal {
namespace {

using pushed = inbox::pushed;

class Inbox : public ::testing::Test {
protected:
  ~Inbox() override { numbers(box.close()); }

  /// A node that carries @p number.
  static heap_node* carrying(std::int64_t number) { return new_envelope(number); }

  /// What the nodes from @p first on carry; they are freed.
  static std::vector<std::int64_t> numbers(heap_node* first) {
    std::vector<std::int64_t> all;
    while (first != nullptr) {
      heap_node* const next = first->next;
      all.push_back(take_message(first).as_int64());
      first = next;
    }
    return all;
  }

  /// Pushes a node that must be refused.
  void expect_nobody(std::uint32_t serial) {
    heap_node* const node = carrying(0);
    EXPECT_EQ(box.push(node, serial), pushed::nobody);
    free_signal(node);
  }

  /// All that arrived, oldest first.
  heap_node* all_taken() {
    const inbox::arrived all = box.take();
    heap_node* const later = inbox::reversed(all.newest);
    if (all.first == nullptr) return later;
    all.first->next = later;
    return all.first;
  }

  inbox box;
};

TEST_F(Inbox, IsClosedAtFirst) {
  expect_nobody(0);
  expect_nobody(1);
  EXPECT_FALSE(box.is_open(0));
}

TEST_F(Inbox, WithALimitSaysSoAndTakesThePushThatKnows) {
  box.open(1, true);

  heap_node* const node = carrying(7);
  EXPECT_EQ(box.push(node, 1), pushed::limited);
  EXPECT_TRUE(box.is_open(1));
  EXPECT_EQ(box.push_limited(node, 1), pushed::queued);
  EXPECT_EQ(box.push_any(carrying(8)), pushed::queued);
  expect_nobody(2);
  EXPECT_EQ(numbers(all_taken()), (std::vector<std::int64_t>{7, 8}));
}

TEST_F(Inbox, WithALimitIsClosedForBothPushes) {
  box.open(1, true);
  box.close();

  heap_node* const node = carrying(7);
  EXPECT_EQ(box.push_limited(node, 1), pushed::nobody);
  free_signal(node);
  box.open(2);
  EXPECT_EQ(box.push(carrying(8), 2), pushed::queued);
}

TEST_F(Inbox, GivesWhatArrivedOldestFirst) {
  box.open(1);

  EXPECT_EQ(all_taken(), nullptr);
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(box.push(carrying(i), 1), pushed::queued);

  EXPECT_FALSE(box.empty());
  EXPECT_EQ(numbers(all_taken()), (std::vector<std::int64_t>{0, 1, 2}));
  EXPECT_TRUE(box.empty());
  EXPECT_EQ(all_taken(), nullptr);
}

TEST_F(Inbox, WakesOnceForEachSleep) {
  box.open(1);
  ASSERT_TRUE(box.sleep());

  EXPECT_EQ(box.push(carrying(1), 1), pushed::woke);
  EXPECT_EQ(box.push(carrying(2), 1), pushed::queued);
  EXPECT_FALSE(box.sleep());
  EXPECT_EQ(numbers(all_taken()), (std::vector<std::int64_t>{1, 2}));
  EXPECT_TRUE(box.sleep());
  EXPECT_EQ(box.push(carrying(3), 1), pushed::woke);
}

TEST_F(Inbox, DoesNotSleepOnWhatHasArrived) {
  box.open(1);
  box.push(carrying(1), 1);

  EXPECT_FALSE(box.sleep());
}

TEST_F(Inbox, IsOfOneLife) {
  box.open(7);
  expect_nobody(6);
  expect_nobody(8);
  EXPECT_TRUE(box.is_open(7));
  EXPECT_FALSE(box.is_open(6));

  EXPECT_EQ(box.close(), nullptr);
  expect_nobody(7);
  EXPECT_FALSE(box.is_open(7));

  box.open(8);
  expect_nobody(7);
  EXPECT_EQ(box.push(carrying(1), 8), pushed::queued);
}

TEST_F(Inbox, GivesBackWhatHadArrivedWhenItCloses) {
  box.open(1);
  box.push(carrying(1), 1);
  box.push(carrying(2), 1);

  EXPECT_EQ(numbers(box.close()), (std::vector<std::int64_t>{1, 2}));
}

TEST_F(Inbox, ClosesWhileAsleep) {
  box.open(1);
  ASSERT_TRUE(box.sleep());

  EXPECT_EQ(box.close(), nullptr);
  expect_nobody(1);
}

TEST_F(Inbox, TakesSignalsForWhoeverLivesHere) {
  heap_node* const refused = carrying(0);
  EXPECT_EQ(box.push_any(refused), pushed::nobody);
  free_signal(refused);

  box.open(123'456'789);
  EXPECT_EQ(box.push_any(carrying(1)), pushed::queued);
  EXPECT_EQ(numbers(all_taken()), std::vector<std::int64_t>{1});
}

// One thread takes, sleeps and is woken; several push. Each push that says it woke the process stands for one sleep, and each sender's order is kept.
TEST_F(Inbox, KeepsTheOrderOfEachOfManyThreads) {
  constexpr int senders = 3;
  constexpr std::int64_t each = 20'000;
  box.open(1);
  std::atomic<int> wakes{0};
  std::vector<std::jthread> threads;
  for (int s = 0; s < senders; ++s)
    threads.emplace_back([&, s] {
      for (std::int64_t i = 0; i < each; ++i)
        if (box.push(carrying(s * each + i), 1) == pushed::woke) {
          wakes.fetch_add(1, std::memory_order_release);
          wakes.notify_one();
        }
    });

  std::array<std::int64_t, senders> next{};
  std::int64_t got = 0;
  int sleeps = 0;
  while (got < senders * each) {
    for (const std::int64_t number : numbers(all_taken())) {
      ASSERT_EQ(number % each, next.at(static_cast<std::size_t>(number / each))++);
      ++got;
    }
    if (got < senders * each && box.sleep()) {
      ++sleeps;
      for (int woken = wakes.load(std::memory_order_acquire); woken < sleeps;
           woken = wakes.load(std::memory_order_acquire))
        wakes.wait(woken, std::memory_order_acquire);
      ASSERT_EQ(wakes.load(), sleeps);
    }
  }
}

TEST_F(Inbox, LosesNothingWhenItClosesAgainstManyThreads) {
  for (std::uint32_t life = 1; life <= 200; ++life) {
    box.open(life);
    std::atomic<std::int64_t> taken{0};
    std::int64_t came_back = 0;
    {
      std::vector<std::jthread> threads;
      for (int s = 0; s < 2; ++s)
        threads.emplace_back([&] {
          for (int i = 0; i < 100; ++i) {
            heap_node* const node = carrying(i);
            if (box.push(node, life) == pushed::nobody)
              free_signal(node);
            else
              taken.fetch_add(1);
          }
        });
      came_back += static_cast<std::int64_t>(numbers(all_taken()).size());
      came_back += static_cast<std::int64_t>(numbers(box.close()).size());
    }
    ASSERT_EQ(came_back, taken.load());
  }
}

} // namespace
} // namespace agner::internal
