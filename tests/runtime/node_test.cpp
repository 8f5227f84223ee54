// SPDX-License-Identifier: Apache-2.0
// Nodes without the actors layer: identity, services, signals from outside. With processes: tests/actors/node_life_test.cpp.

#include <agner/runtime/node.hpp>

#include <gtest/gtest.h>

#include <set>
#include <stdexcept>
#include <string>

#include <agner/runtime/error.hpp>
#include <agner/runtime/term_builders.hpp>

#include "../support/bare_process.hpp"
#include "../support/deterministic_node.hpp"

namespace agner {
namespace {

using test::deterministic_node;
using test::deterministic_scheduler;

TEST(Node, HasAFreshCreationThatIsNoneOfTheOldOnes) {
  std::set<std::uint32_t> creations;
  for (int i = 0; i < 20; ++i) {
    deterministic_node here{1, {.name = "a@b"}};
    EXPECT_GE(here->creation(), 4U);
    EXPECT_TRUE(creations.insert(here->creation()).second);
    EXPECT_EQ(here->name(), atom{"a@b"});
  }
}

TEST(Node, IsFoundByItsIdentityWhileItLives) {
  incarnation identity;
  {
    deterministic_node here;
    identity = here->identity();
    EXPECT_EQ(node::local(identity), &*here);
  }
  EXPECT_EQ(node::local(identity), nullptr);
  EXPECT_EQ(node::local(incarnation{}), nullptr);
}

TEST(Node, OfWhichThereAreManyAreToldApart) {
  std::vector<std::unique_ptr<deterministic_node>> nodes;
  for (int i = 0; i < 50; ++i)
    nodes.push_back(std::make_unique<deterministic_node>(1, node_options{.name = "n" + std::to_string(i) + "@here"}));
  for (std::size_t i = 0; i < nodes.size(); i += 2)
    nodes[i].reset();

  for (std::size_t i = 1; i < nodes.size(); i += 2)
    EXPECT_EQ(node::local((*nodes[i])->identity()), &**nodes[i]);
}

TEST(Node, MakesReferencesThatDiffer) {
  deterministic_node one;
  deterministic_node two;
  std::set<std::vector<std::uint32_t>> seen;
  for (int i = 0; i < 3000; ++i)
    for (deterministic_node* each : {&one, &two}) {
      std::array<std::uint32_t, reference::words_max> words{};
      EXPECT_EQ((*each)->make_reference().words(words), 3U);
      EXPECT_TRUE(seen.emplace(words.begin(), words.end()).second);
    }
  EXPECT_EQ(one->make_reference().home(), one->identity());
}

// -- services --------------------------------------------------------------------------------------------------------------------------------

class noted_service final : public node_service {
public:
  noted_service(std::vector<std::string>& notes, std::string name, bool fails = false)
      : notes_(notes), name_(std::move(name)), fails_(fails) {}

  void start(node& on) override {
    notes_.push_back("start " + name_);
    EXPECT_EQ(node::local(on.identity()), &on);
    if (fails_) throw std::runtime_error{name_};
  }
  void stop(node& on) noexcept override {
    notes_.push_back("stop " + name_ + " with " + std::to_string(on.process_count()));
  }

private:
  std::vector<std::string>& notes_;
  std::string name_;
  bool fails_;
};

TEST(NodeServices, StartInOrderAndStopInReverseBeforeTheProcesses) {
  std::vector<std::string> notes;
  std::vector<term> got;
  {
    deterministic_node here{
        1, {.services = {std::make_shared<noted_service>(notes, "a"), std::make_shared<noted_service>(notes, "b")}}};
    test::spawn_keeping(*here, got);
  }

  EXPECT_EQ(notes, (std::vector<std::string>{"start a", "start b", "stop b with 1", "stop a with 1"}));
}

TEST(NodeServices, ThatHaveStartedStopWhenOneFails) {
  std::vector<std::string> notes;

  EXPECT_THROW((deterministic_node{1,
                                   {.services = {std::make_shared<noted_service>(notes, "a"),
                                                 std::make_shared<noted_service>(notes, "b", true),
                                                 std::make_shared<noted_service>(notes, "c")}}}),
               std::runtime_error);

  EXPECT_EQ(notes, (std::vector<std::string>{"start a", "start b", "stop a with 0"}));
}

std::vector<std::string>* made_notes = nullptr;

template <int Number>
struct noted_part {
  explicit noted_part(node&) { made_notes->push_back("make " + std::to_string(Number)); }
  noted_part(const noted_part&) = delete;
  noted_part& operator=(const noted_part&) = delete;
  ~noted_part() { made_notes->push_back("drop " + std::to_string(Number)); }
  int value = Number;
};

TEST(NodeParts, AreMadeOnceANodeAndDroppedInReverse) {
  std::vector<std::string> notes;
  made_notes = &notes;
  {
    deterministic_node here;
    EXPECT_EQ(here->service<noted_part<1>>().value, 1);
    EXPECT_EQ(here->service<noted_part<2>>().value, 2);
    EXPECT_EQ(&here->service<noted_part<1>>(), &here->service<noted_part<1>>());
  }

  EXPECT_EQ(notes, (std::vector<std::string>{"make 1", "make 2", "drop 2", "drop 1"}));
}

// -- signals from outside ----------------------------------------------------------------------------------------------------------------------

TEST(NodeSend, ReachesPidsNamesAndPairs) {
  std::vector<term> got;
  deterministic_node here{1, {.name = "a@b"}};
  const pid process = test::spawn_keeping(*here, got);
  ASSERT_TRUE(here->register_name("name"_atom, process));

  here->send(process, 1);
  here->send("name"_atom, 2);
  here->send(tuple("name"_atom, "a@b"_atom), 3);
  here->send("nobody"_atom, 4);
  here->send(tuple("name"_atom, "c@d"_atom), 5);
  here.run_until_idle();

  EXPECT_EQ(got, (std::vector<term>{1, 2, 3}));
}

TEST(NodeSend, ToWhatIsNoAddressRaisesBadarg) {
  deterministic_node here;

  for (const term& to : {term{1}, tuple("a"_atom), tuple("a"_atom, 1), term{}})
    EXPECT_THROW(here->send(to, 1), raised);
}

TEST(NodeExit, EndsAProcess) {
  std::vector<term> got;
  deterministic_node here;
  const pid process = test::spawn_keeping(*here, got);
  here.run_until_idle();
  EXPECT_EQ(here->processes(), std::vector{process});
  EXPECT_EQ(here->process_count(), 1U);

  here->exit(process, "kill"_atom);
  here.run_until_idle();

  EXPECT_FALSE(here->is_alive(process));
  EXPECT_EQ(here->process_count(), 0U);
  EXPECT_TRUE(here->processes().empty());
}

TEST(NodePush, SaysWhetherSomebodyTookTheSignal) {
  std::vector<term> got;
  deterministic_node here;
  const pid process = test::spawn_keeping(*here, got);

  EXPECT_TRUE(here->push(process, internal::message_node(tuple(1))));
  EXPECT_FALSE(here->push({process.id, process.serial + 1, process.home}, internal::message_node(tuple(2))));
  EXPECT_FALSE(here->push({process.id + 1000, 1, process.home}, internal::message_node(tuple(3))));
  here.run_until_idle();

  EXPECT_EQ(got, std::vector{tuple(1)});
}

} // namespace
} // namespace agner
