// SPDX-License-Identifier: Apache-2.0

#include <agner/runtime/mailbox.hpp>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <deque>
#include <vector>

#include <agner/runtime/signal.hpp>
#include <agner/runtime/term_builders.hpp>

#include "../support/term_generators.hpp"

namespace agner::internal {
namespace {

std::vector<term> contents(mailbox& of) {
  std::vector<term> all;
  for (std::size_t i = 0; i < of.size(); ++i)
    all.push_back(of[i].message);
  return all;
}

TEST(Mailbox, KeepsMessagesInOrder) {
  mailbox box;
  for (int i = 0; i < 100; ++i)
    box.push(i);

  ASSERT_EQ(box.size(), 100U);
  for (int i = 0; i < 100; ++i)
    EXPECT_EQ(box.take(0), term(i));
  EXPECT_EQ(box.size(), 0U);
}

TEST(Mailbox, TakesFromTheMiddle) {
  mailbox box;
  for (int i = 0; i < 5; ++i)
    box.push(i);

  EXPECT_EQ(box.take(1), term(1));
  EXPECT_EQ(box.take(2), term(3));
  EXPECT_EQ(contents(box), (std::vector<term>{0, 2, 4}));
  EXPECT_EQ(box.take(2), term(4));
  EXPECT_EQ(box.take(0), term(0));
  EXPECT_EQ(box.take(0), term(2));
}

/// A list of @p messages on their way, the last of them first.
heap_node* newest_first(std::vector<term> messages) {
  heap_node* newest = nullptr;
  for (term& each : messages) {
    heap_node* const node = message_node(std::move(each));
    node->next = newest;
    newest = node;
  }
  return newest;
}

TEST(Mailbox, TakesInWhatCameNewestFirstInOrder) {
  mailbox box;
  box.push("before"_atom);
  std::vector<term> came;
  std::vector<term> expected{"before"_atom};
  for (int i = 0; i < 100; ++i) {
    came.push_back(tuple("m"_atom, i));
    expected.push_back(tuple("m"_atom, i));
  }

  EXPECT_EQ(box.push_newest_first(newest_first(std::move(came))), nullptr);
  EXPECT_EQ(contents(box), expected);
  EXPECT_EQ(box.pushed(), 101U);
  EXPECT_EQ(box[1].key, key_of(expected[1]));
}

TEST(Mailbox, GivesBackOldestFirstWhatIsNotOnlyTuples) {
  for (std::size_t other = 0; other < 4; ++other) {
    mailbox box;
    std::vector<term> came;
    for (std::size_t i = 0; i < 4; ++i)
      came.push_back(i == other ? term{"no_tuple"_atom} : tuple("m"_atom, i));
    const std::vector<term> expected = came;
    for (term& each : came)
      if (each.is_tuple()) each = tuple(each[0], each[1]); // its own again

    std::vector<term> back;
    for (heap_node* node = box.push_newest_first(newest_first(std::move(came))); node != nullptr;) {
      heap_node* const next = node->next;
      back.push_back(take_message(node));
      node = next;
    }
    EXPECT_EQ(back, expected) << other;
    EXPECT_EQ(box.size(), 0U);
  }
}

TEST(Mailbox, KnowsWhereWhatCameSinceBegins) {
  mailbox box;
  for (int i = 0; i < 5; ++i)
    box.push(i);

  const auto mark = box.pushed();
  EXPECT_EQ(box.first_since(mark), 5U);
  box.push(5);
  box.push(6);
  EXPECT_EQ(box.first_since(mark), 5U);
  box.take(2);
  EXPECT_EQ(box.first_since(mark), 4U);
  box.take(5); // one of those that came since: what it stood behind is looked at again
  EXPECT_EQ(box.first_since(mark), 3U);
  while (box.size() != 0)
    box.take(0);
  EXPECT_EQ(box.first_since(mark), 0U);
}

TEST(Mailbox, DropsWhatHasWaitedLongestAndSparesWhatOvertook) {
  mailbox box;
  for (int i = 0; i < 3; ++i)
    box.push(i);
  box.push_urgent("urgent"_atom);
  EXPECT_TRUE(box.take_rewound());

  box.drop_oldest(3);
  EXPECT_TRUE(box.take_rewound());
  EXPECT_EQ(contents(box), (std::vector<term>{"urgent"_atom, 1, 2}));
  box.drop_oldest(3);
  EXPECT_FALSE(box.take_rewound()); // nothing to do
  box.drop_oldest(1);
  EXPECT_EQ(contents(box), std::vector<term>{"urgent"_atom});
  box.drop_oldest(0);
  EXPECT_EQ(box.size(), 0U);
}

TEST(Mailbox, NeverDropsWhatIsKept) {
  mailbox box;
  for (int i = 0; i < 3; ++i) {
    box.push(tuple("kept"_atom, i));
    box.keep_last(false);
    box.push(i);
    box.push_urgent(tuple("urgent"_atom, i));
    if (i == 1) box.keep_last(true);
  }

  box.drop_oldest(1);
  EXPECT_EQ(contents(box), (std::vector<term>{tuple("urgent"_atom, 1), tuple("urgent"_atom, 2), tuple("kept"_atom, 0),
                                              tuple("kept"_atom, 1), tuple("kept"_atom, 2)}));
  box.drop_oldest(0);
  EXPECT_EQ(contents(box), (std::vector<term>{tuple("urgent"_atom, 1), tuple("kept"_atom, 0), tuple("kept"_atom, 1),
                                              tuple("kept"_atom, 2)}));
  EXPECT_EQ(box.taken(), 5U);
  EXPECT_TRUE(message_filter::tagged(2, "kept"_atom).passes(box[1].key)); // a receive finds it all the same
  EXPECT_EQ(box.take(1), tuple("kept"_atom, 0));
}

TEST(Mailbox, CountsWhatCameWhateverBecameOfIt) {
  mailbox box;
  for (int i = 0; i < 4; ++i)
    box.push(i);
  box.take(2);
  box.drop_oldest(2);
  EXPECT_EQ(box.pushed(), 4U);
  EXPECT_EQ(box.taken(), 2U);

  box.clear();
  EXPECT_EQ(box.pushed(), 4U);
  EXPECT_EQ(box.taken(), 4U);
}

TEST(Mailbox, LetsGoOfMessages) {
  const term message = tuple("a"_atom);
  mailbox box;
  for (int i = 0; i < 200; ++i)
    box.push(message);
  for (int i = 0; i < 100; ++i)
    box.take(0);

  box.clear();

  EXPECT_EQ(box.size(), 0U);
  box.push(1); // usable afterwards
  EXPECT_EQ(contents(box), std::vector<term>{1});
}

RC_GTEST_PROP(MailboxProperty, DropsAsAListWould, (const std::vector<std::uint8_t>& steps, std::uint8_t most)) {
  struct one {
    std::int64_t number;
    bool kept;
  };
  mailbox box;
  std::deque<one> ordinary;
  std::deque<one> urgent;
  std::int64_t number = 0;
  for (const std::uint8_t step : steps) {
    const one next{++number, (step & 2U) != 0};
    const bool overtakes = (step & 1U) != 0;
    overtakes ? box.push_urgent(next.number) : box.push(next.number);
    (overtakes ? urgent : ordinary).push_back(next);
    if (next.kept) box.keep_last(overtakes);
  }

  box.drop_oldest(most);

  const auto droppable = [&] {
    return std::ranges::count(ordinary, false, &one::kept) + std::ranges::count(urgent, false, &one::kept);
  };
  for (auto* part : {&ordinary, &urgent})
    while (droppable() > most) {
      const auto oldest = std::ranges::find(*part, false, &one::kept);
      if (oldest == part->end()) break;
      part->erase(oldest);
    }
  std::vector<term> left;
  for (const auto* part : {&urgent, &ordinary})
    for (const one& each : *part)
      left.emplace_back(each.number);
  RC_ASSERT(contents(box) == left);
  RC_ASSERT(box.taken() == steps.size() - left.size());
}

RC_GTEST_PROP(MailboxProperty, BehavesLikeADeque, (const std::vector<std::pair<bool, std::uint16_t>>& steps)) {
  mailbox box;
  std::deque<term> model;
  std::int64_t number = 0;
  for (const auto& [pushes, where] : steps) {
    if (pushes || model.empty()) {
      const term message = tuple(++number);
      for (int copies = 0; copies < where % 8; ++copies) {
        box.push(message);
        model.push_back(message);
      }
    } else {
      const std::size_t index = where % model.size();
      RC_ASSERT(box.take(index) == model[index]);
      model.erase(model.begin() + static_cast<std::ptrdiff_t>(index));
    }
    RC_ASSERT(box.size() == model.size());
  }
  RC_ASSERT(contents(box) == std::vector<term>(model.begin(), model.end()));
}

// -- keys ---------------------------------------------------------------------------------------------------------------------------------

TEST(MessageKey, TellsArityAndTag) {
  const auto a = message_filter::tagged(2, "a"_atom);
  EXPECT_TRUE(a.passes(key_of(tuple("a"_atom, 1))));
  EXPECT_FALSE(a.passes(key_of(tuple("b"_atom, 1))));
  EXPECT_FALSE(a.passes(key_of(tuple("a"_atom))));
  EXPECT_FALSE(a.passes(key_of(tuple(1, "a"_atom))));
  EXPECT_FALSE(a.passes(key_of("a"_atom)));
  EXPECT_FALSE(a.passes(key_of(list({"a"_atom, 1}))));
}

TEST(MessageKey, TellsArity) {
  const auto two = message_filter::tuple(2);
  EXPECT_TRUE(two.passes(key_of(tuple("a"_atom, 1))));
  EXPECT_TRUE(two.passes(key_of(tuple(1, 2))));
  EXPECT_FALSE(two.passes(key_of(tuple(1))));
  EXPECT_FALSE(two.passes(key_of(1)));

  const auto none = message_filter::tuple(0);
  EXPECT_TRUE(none.passes(key_of(tuple())));
  EXPECT_FALSE(none.passes(key_of(term{})));
  EXPECT_FALSE(none.passes(key_of("a"_atom)));
}

TEST(MessageKey, TellsABareAtom) {
  const auto a = message_filter::bare("a"_atom);
  EXPECT_TRUE(a.passes(key_of("a"_atom)));
  EXPECT_FALSE(a.passes(key_of("b"_atom)));
  EXPECT_FALSE(a.passes(key_of(tuple("a"_atom))));
  EXPECT_FALSE(a.passes(key_of(1)));
}

// A filter may let through what does not match, never keep out what does.
RC_GTEST_PROP(MessageKeyProperty, PassesTheFiltersThatAreTrue, (const term& message)) {
  const auto key = key_of(message);
  RC_ASSERT(message_filter::anything().passes(key));
  if (message.is_atom()) RC_ASSERT(message_filter::bare(message.as_atom()).passes(key));
  if (!message.is_tuple()) return;
  const auto arity = static_cast<std::uint32_t>(message.size());
  RC_ASSERT(message_filter::tuple(arity).passes(key));
  RC_ASSERT(!message_filter::tuple(arity + 1).passes(key));
  if (arity != 0 && message[0].is_atom()) RC_ASSERT(message_filter::tagged(arity, message[0].as_atom()).passes(key));
}

} // namespace
} // namespace agner::internal
