// SPDX-License-Identifier: Apache-2.0

#include <agner/runtime/signal.hpp>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <agner/runtime/reference.hpp>
#include <agner/runtime/term_builders.hpp>

#include "../support/term_generators.hpp"

namespace agner::internal {
namespace {

TEST(MessageNode, OfAFreshTupleIsTheTuple) {
  heap_node* const node = message_node(tuple("a"_atom, 1));

  EXPECT_EQ(node->kind(), node_kind::tuple);
  EXPECT_EQ(take_message(node), tuple("a"_atom, 1));
}

TEST(MessageNode, OfASharedTupleIsAnEnvelope) {
  const term shared = tuple("a"_atom, 1);

  heap_node* const node = message_node(term{shared});

  EXPECT_EQ(node->kind(), node_kind::envelope);
  EXPECT_EQ(take_message(node), shared);
}

TEST(MessageNode, OfWhatIsNoTupleIsAnEnvelope) {
  for (const term& message : {term{1}, term{"a"_atom}, tuple(), binary("text"), list({1, 2}), map({{1, 2}})}) {
    heap_node* const node = message_node(term{message});
    EXPECT_EQ(node->kind(), node_kind::envelope);
    EXPECT_EQ(take_message(node), message);
  }
}

TEST(MessageNode, ThatNobodyTakesIsFreedWithWhatItHolds) {
  const term held = binary(std::string(100, 'x'));

  free_signal(message_node(tuple("a"_atom, held)));
  free_signal(message_node(term{held}));

  EXPECT_EQ(held, binary(std::string(100, 'x'))); // and not freed twice: the address sanitizer watches
}

RC_GTEST_PROP(MessageNodeProperty, CarriesEveryTerm, (const term& message)) {
  RC_ASSERT(take_message(message_node(term{message})) == message);
}

TEST(Signal, KnowsWhatItIsAndHowUrgent) {
  signal* const s = new_signal(signal_kind::unlink_ack);
  EXPECT_EQ(s->kind(), node_kind::signal);
  EXPECT_EQ(s->what(), signal_kind::unlink_ack);
  EXPECT_EQ(s->priority(), signal_priority::normal);

  s->ref = tuple("held"_atom);
  s->value = tuple("held"_atom);
  free_signal(s);

  const signal urgent{signal_kind::exit, signal_priority::high};
  EXPECT_EQ(urgent.what(), signal_kind::exit);
  EXPECT_EQ(urgent.priority(), signal_priority::high);
}

} // namespace
} // namespace agner::internal
