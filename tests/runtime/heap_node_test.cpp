// SPDX-License-Identifier: Apache-2.0

#include <agner/runtime/term_builders.hpp>
#include <agner/runtime/term_views.hpp>

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace agner {
namespace {

// What is freed too early or never is found by the address sanitizer, which runs these too.

TEST(HeapNode, DeepNestingDiesWithoutRecursion) {
  for (const bool to_the_left : {false, true}) {
    term deep = 1;
    for (int i = 0; i < 1'000'000; ++i)
      deep = to_the_left ? tuple(std::move(deep), i) : tuple(i, std::move(deep));
    deep = {};
  }
}

TEST(HeapNode, DeepListsMapsAndFunsDieWithoutRecursion) {
  term in_lists;
  term in_maps;
  term in_funs;
  for (int i = 0; i < 100'000; ++i) {
    in_lists = list({std::move(in_lists)});
    in_maps = map({{std::move(in_maps), i}});
    in_funs = closure({.module = {},
                       .arity = 0,
                       .uniq = std::array<std::byte, 16>{},
                       .index = 0,
                       .old_index = 0,
                       .old_uniq = 0,
                       .creator = pid{},
                       .free_variables = {&in_funs, 1}});
  }
}

TEST(HeapNode, LongListMadeByConsDiesWithoutRecursion) {
  term list;
  for (int i = 0; i < 1'000'000; ++i)
    list = cons(i, std::move(list));
  EXPECT_EQ(list.as_list().size(), 1'000'000U);
}

TEST(HeapNode, SharedPartsOutliveTheWhole) {
  const term part = tuple("part"_atom, binary("bytes"));
  {
    const term whole = list({part, tuple(part, part), map({{part, part}})});
    EXPECT_EQ(whole.head(), part);
  }
  EXPECT_EQ(part[1].text(), "bytes");
}

TEST(HeapNode, CountsHoldWhenThreadsCopyAndDrop) {
  const term shared = list({tuple(1, binary("shared")), 2.0});
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([mine = shared] {
      for (int round = 0; round < 20'000; ++round) {
        const term copy = mine;
        const term outer = tuple(copy, mine);
        ASSERT_EQ(outer[0].head()[0], term{1});
      }
    });
  }
  for (auto& thread : threads)
    thread.join();

  EXPECT_EQ(shared.head()[1].text(), "shared");
}

} // namespace
} // namespace agner
