// SPDX-License-Identifier: Apache-2.0

#include <agner/runtime/internal/process_table.hpp>

#include <gtest/gtest.h>

#include <set>
#include <thread>
#include <vector>

#include <agner/runtime/error.hpp>

#include "../support/deterministic_node.hpp"

namespace agner::internal {
namespace {

class ProcessTable : public ::testing::Test {
protected:
  test::deterministic_node here;
  process_table table{*here, incarnation{atom{"table@here"}, 7}, 128};
};

TEST_F(ProcessTable, HasNobodyAtFirst) {
  EXPECT_EQ(table.count(), 0U);
  EXPECT_EQ(table.capacity(), 128U);
  EXPECT_EQ(table.slot(0), nullptr);
  EXPECT_EQ(table.slot(1), nullptr);
  EXPECT_EQ(table.slot(UINT32_MAX), nullptr);
  EXPECT_TRUE(table.pids().empty());
}

TEST_F(ProcessTable, ReachesAProcessOnceItIsOpen) {
  process_core& fresh = table.allocate();
  const pid name{fresh.index() + 1, fresh.serial(), table.identity()};
  EXPECT_EQ(table.count(), 1U);
  EXPECT_FALSE(table.is_alive(name));
  EXPECT_TRUE(table.pids().empty());

  table.open(fresh);
  EXPECT_TRUE(table.is_alive(name));
  EXPECT_EQ(table.slot(name.id), &fresh);
  EXPECT_EQ(table.pids(), std::vector{name});

  fresh.arrivals().close();
  EXPECT_FALSE(table.is_alive(name));
  table.free(fresh);
  EXPECT_EQ(table.count(), 0U);
}

TEST_F(ProcessTable, GivesASlotAnotherSerialEachLife) {
  std::set<std::uint32_t> serials;
  for (int i = 0; i < 10; ++i) {
    process_core& fresh = table.allocate();
    EXPECT_EQ(fresh.index(), 0U);
    EXPECT_TRUE(serials.insert(fresh.serial()).second);
    table.free(fresh);
  }
}

TEST_F(ProcessTable, IsFullWithAsManyAsItMayHold) {
  std::vector<process_core*> all;
  for (int i = 0; i < 128; ++i)
    all.push_back(&table.allocate());
  EXPECT_THROW(table.allocate(), raised);
  EXPECT_EQ(std::set(all.begin(), all.end()).size(), 128U);

  table.free(*all[77]);
  EXPECT_EQ(&table.allocate(), all[77]);
  for (process_core* each : all)
    table.free(*each);
}

TEST_F(ProcessTable, RefusesWhenTold) {
  table.refuse();

  try {
    table.allocate();
    FAIL();
  } catch (const raised& r) {
    EXPECT_EQ(r.cls(), raised_class::exit);
    EXPECT_EQ(r.reason(), term("killed"_atom));
  }
}

TEST_F(ProcessTable, MayBeUsedByManyThreads) {
  std::vector<std::jthread> threads;
  for (int t = 0; t < 3; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 300; ++i) {
        process_core& fresh = table.allocate();
        table.open(fresh);
        (void)table.pids();
        fresh.arrivals().close();
        table.free(fresh);
      }
    });
  threads.clear();

  EXPECT_EQ(table.count(), 0U);
}

} // namespace
} // namespace agner::internal
