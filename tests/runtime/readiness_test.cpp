// SPDX-License-Identifier: Apache-2.0

#include <agner/runtime/readiness.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include <agner/runtime/error.hpp>
#include <agner/runtime/node.hpp>
#include <agner/runtime/term_builders.hpp>

#include "../support/bare_process.hpp"
#include "../support/deterministic_node.hpp"

namespace agner {
namespace {

using direction = readiness::direction;

/// A pipe with an end to read, 0, and one to write, 1.
class Readiness : public ::testing::Test {
protected:
  Readiness() {
    if (pipe2(ends.data(), O_NONBLOCK | O_CLOEXEC) != 0) throw std::runtime_error{"pipe"};
  }
  ~Readiness() override {
    for (const int end : ends)
      if (end >= 0) ::close(end);
  }

  void write_byte() const { ASSERT_EQ(::write(ends[1], "x", 1), 1); }
  void close_end(std::size_t which) { ::close(std::exchange(ends.at(which), -1)); }
  [[nodiscard]] bool busy() { return here.scheduler().io().busy(); }

  std::array<int, 2> ends{-1, -1};
  std::vector<term> got;
  test::deterministic_node here;
  pid process = test::spawn_keeping(*here, got);
};

TEST_F(Readiness, TellsOnceWhenThereIsSomethingToRead) {
  readiness watched{here.scheduler(), ends[0]};
  watched.notify(direction::input, process, "input"_atom);
  here.run_until_idle();
  EXPECT_TRUE(got.empty());
  EXPECT_TRUE(busy());

  write_byte();
  here.run_until_idle();
  EXPECT_EQ(got, std::vector{term("input"_atom)});
  EXPECT_FALSE(busy());

  write_byte();
  here.run_until_idle();
  EXPECT_EQ(got.size(), 1U);
}

TEST_F(Readiness, TellsAgainAtOnceWhatIsStillThere) {
  readiness watched{here.scheduler(), ends[0]};
  write_byte();
  for (int i = 0; i < 3; ++i) {
    watched.notify(direction::input, process, i);
    here.run_until_idle();
  }

  EXPECT_EQ(got, (std::vector<term>{0, 1, 2}));
}

TEST_F(Readiness, TellsWhenThereIsRoomToWrite) {
  readiness watched{here.scheduler(), ends[1]};
  const std::vector<char> bytes(1U << 20U);
  while (::write(ends[1], bytes.data(), bytes.size()) > 0) {
  }
  watched.notify(direction::output, process, "output"_atom);
  here.run_until_idle();
  EXPECT_TRUE(got.empty());

  std::vector<char> into(1U << 20U);
  while (::read(ends[0], into.data(), into.size()) > 0) {
  }
  here.run_until_idle();
  EXPECT_EQ(got, std::vector{term("output"_atom)});
}

TEST_F(Readiness, TellsWhenTheOtherEndCloses) {
  readiness watched{here.scheduler(), ends[0]};
  watched.notify(direction::input, process, "input"_atom);
  close_end(1);
  here.run_until_idle();

  EXPECT_EQ(got, std::vector{term("input"_atom)});
}

TEST_F(Readiness, SaysNothingAfterItIsGone) {
  {
    readiness watched{here.scheduler(), ends[0]};
    watched.notify(direction::input, process, "input"_atom);
  }
  write_byte();
  here.run_until_idle();

  EXPECT_TRUE(got.empty());
  EXPECT_FALSE(busy());
}

TEST_F(Readiness, LeavesTheDescriptorOpen) {
  {
    const readiness watched{here.scheduler(), ends[0]};
  }

  EXPECT_NE(::fcntl(ends[0], F_GETFD), -1);
}

TEST_F(Readiness, DoesNotMindThatTheProcessOrItsNodeIsGone) {
  readiness watched{here.scheduler(), ends[0]};
  readiness other{here.scheduler(), ends[1]};
  {
    std::vector<term> unseen;
    node gone{{.scheduler = std::shared_ptr<scheduler>{std::shared_ptr<void>{}, &here.scheduler()}}};
    watched.notify(direction::input, test::spawn_keeping(gone, unseen), 1);
    other.notify(direction::output, {process.id, process.serial + 1, process.home}, 2);
  }
  write_byte();
  here.run_until_idle();

  EXPECT_TRUE(got.empty());
  EXPECT_FALSE(busy());
}

TEST_F(Readiness, MayBeMoved) {
  std::optional<readiness> from{std::in_place, here.scheduler(), ends[0]};
  from->notify(direction::input, process, 1);
  readiness to = std::move(*from);
  from.reset();
  write_byte();
  here.run_until_idle();

  EXPECT_EQ(got, std::vector<term>{1});
}

TEST_F(Readiness, RefusesWhatIsNoDescriptor) {
  try {
    const readiness watched{here.scheduler(), -1};
    FAIL();
  } catch (const raised& r) {
    EXPECT_EQ(r.reason()[0], term("watch"_atom));
  }
}

TEST_F(Readiness, WakesAWorkerThatSleeps) {
  std::vector<term> told;
  node on_workers{{.scheduler = scheduler::start({.workers = 2})}};
  readiness watched{on_workers.scheduler(), ends[0]};
  for (int i = 0; i < 200; ++i) {
    std::vector<term> seen;
    const pid waiting = test::spawn_keeping(on_workers, seen);
    watched.notify(direction::input, waiting, "kill"_atom);
    write_byte();
    std::array<char, 1> byte{};
    while (on_workers.scheduler().io().busy())
      std::this_thread::yield();
    ASSERT_EQ(::read(ends[0], byte.data(), 1), 1);
    on_workers.exit(waiting, "kill"_atom);
    while (on_workers.process_count() != 0)
      std::this_thread::yield();
  }
}

} // namespace
} // namespace agner
