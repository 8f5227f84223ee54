// SPDX-License-Identifier: Apache-2.0

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>

#include "../support/deterministic_node.hpp"
#include "../support/process_probes.hpp"

namespace agner {
namespace {

using namespace std::chrono_literals;
using test::deterministic_node;

TEST(NodeRun, GivesTheValue) {
  deterministic_node here;

  EXPECT_EQ(here->run([](int a, const std::string& b) -> task<std::string> { co_return std::to_string(a) + b; }, 1,
                      std::string("b")),
            "1b");
}

TEST(NodeRun, GivesAValueThatCanOnlyBeMoved) {
  deterministic_node here;

  const auto value = here->run(
      [](std::unique_ptr<int> given) -> task<std::unique_ptr<int>> {
        co_await yield();
        co_return given;
      },
      std::make_unique<int>(7));

  EXPECT_EQ(*value, 7);
}

TEST(NodeRun, TakesAClosureThatCanOnlyBeMoved) {
  deterministic_node here;

  EXPECT_EQ(here->run([owned = std::make_unique<int>(7)]() -> task<int> { co_return *owned; }), 7);
}

TEST(NodeRun, RaisesWhatTheProcessRaises) {
  deterministic_node here;

  EXPECT_THROW(here->run([]() -> task<> {
    co_await yield();
    throw std::out_of_range{"inner"};
  }),
               std::out_of_range);
  try {
    here->run([]() -> task<> {
      exit("boo"_atom);
      co_return;
    });
    FAIL();
  } catch (const raised& r) {
    EXPECT_EQ(r.cls(), raised_class::exit);
    EXPECT_EQ(r.reason(), term("boo"_atom));
  }
}

TEST(NodeRun, RaisesTheReasonOfAProcessThatIsEnded) {
  deterministic_node here;

  for (const auto& [sent, arrives] :
       {std::pair{"kill"_atom.value(), "killed"_atom.value()}, std::pair{"boo"_atom.value(), "boo"_atom.value()}}) {
    try {
      here->run([sent]() -> task<> {
        spawn([parent = self(), sent]() -> task<> {
          exit(parent, sent);
          co_return;
        });
        co_await receive([](term) {});
      });
      FAIL();
    } catch (const raised& r) {
      EXPECT_EQ(r.cls(), raised_class::exit);
      EXPECT_EQ(r.reason(), term(arrives));
    }
  }
}

TEST(NodeRun, ReturnsWhenTheProcessHasLetGoOfWhatItWasGiven) {
  deterministic_node here;
  const auto given = std::make_shared<int>(7);

  here->run([given]() -> task<> { co_return; });

  EXPECT_EQ(given.use_count(), 1);
}

TEST(NodeRun, InAProcessRaisesBadargAndStartsNothing) {
  deterministic_node here;

  here->run([]() -> task<> {
    bool ran = false;
    try {
      this_node().run([&]() -> task<> {
        ran = true;
        co_return;
      });
      ADD_FAILURE() << "did not raise";
    } catch (const raised& r) {
      EXPECT_EQ(r.reason(), term("badarg"_atom));
    }
    co_await test::flush();
    EXPECT_FALSE(ran);
  });
}

TEST(NodeRun, WorksOnWorkers) {
  node here;

  EXPECT_EQ(here.run([]() -> task<int> {
    co_await receive(after(1ms, [] {}));
    co_return 7;
  }),
            7);
}

} // namespace
} // namespace agner
