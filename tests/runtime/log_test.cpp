// SPDX-License-Identifier: Apache-2.0

#include <agner/runtime/log.hpp>

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>
#include <stdexcept>
#include <thread>

#include <agner/runtime/error.hpp>
#include <agner/runtime/term_builders.hpp>

#include "../support/log_capture.hpp"

namespace agner {
namespace {

using log::level;
using test::log_capture;

class Log : public ::testing::Test {
protected:
  ~Log() override { log::set_level(level::notice); }
};

TEST_F(Log, GivesEventsToHandlers) {
  const log_capture seen;

  log::error("~p is ~s", tuple("a"_atom, 1), string("wrong"));

  const auto lines = seen.lines();
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].severity, level::error);
  EXPECT_EQ(lines[0].text, "{a,1} is wrong");
  EXPECT_EQ(lines[0].origin, pid{});
}

TEST_F(Log, DropsWhatIsLessSevereThanTheLevel) {
  const log_capture seen;

  log::info("dropped");
  log::notice("kept");
  log::set_level(level::debug);
  log::debug("kept");
  log::set_level(level::critical);
  log::error("dropped");
  log::critical("kept");
  log::alert("kept");
  log::emergency("kept");

  EXPECT_EQ(seen.lines().size(), 5U);
}

TEST_F(Log, DoesNotEvaluateTheTextOfWhatItDrops) {
  EXPECT_TRUE(log::enabled(level::notice));
  EXPECT_FALSE(log::enabled(level::info));
}

TEST_F(Log, ShowsAFormatThatDoesNotFitItsArguments) {
  const log_capture seen;

  log::error("~p", "x"_atom, "y"_atom);
  log::error("~s", tuple("a"_atom));
  log::error("\xff~q");

  const auto lines = seen.lines();
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[0].text, "FORMAT ERROR: \"~p\" - [x,y]");
  EXPECT_EQ(lines[1].text, "FORMAT ERROR: \"~s\" - [{a}]");
  EXPECT_EQ(lines[2].text, "FORMAT ERROR: <<\"\xc3\xbf~q\">> - []");
}

TEST_F(Log, BoundsTheTextOfAnEvent) {
  const log_capture seen;

  log::error("~p", binary(std::string(1'000'000, '\x01')));

  EXPECT_LE(seen.lines().at(0).text.size(), log::event_bytes_max + 3);
}

TEST_F(Log, RefusesASecondHandlerOfTheSameName) {
  const log_capture seen;

  try {
    log::add_handler("log_capture", [](const log::event&) {});
    FAIL();
  } catch (const raised& r) {
    EXPECT_EQ(r.reason(), tuple("already_exist"_atom, binary("log_capture")));
  }
  EXPECT_FALSE(log::remove_handler("nobody"));
}

TEST_F(Log, DropsWhatAHandlerLogs) {
  const log_capture seen;
  log::add_handler("talkative", [](const log::event&) { log::error("again"); });

  log::error("once");

  log::remove_handler("talkative");
  ASSERT_EQ(seen.lines().size(), 1U);
  log::error("twice");
  EXPECT_EQ(seen.lines().size(), 2U);
}

TEST_F(Log, RemovesAHandlerThatThrows) {
  log::add_handler("throws", [](const log::event&) { throw std::runtime_error{"handler"}; });
  const log_capture seen;

  log::error("first");

  EXPECT_EQ(seen.lines().size(), 1U);
  EXPECT_FALSE(log::remove_handler("throws"));
}

TEST_F(Log, MayBeUsedByManyThreads) {
  const log_capture seen;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i)
      threads.emplace_back([i] {
        for (int n = 0; n < 50; ++n) {
          const std::string name = "handler " + std::to_string(i);
          log::add_handler(name, [](const log::event&) {});
          log::notice("~b ~b", i, n);
          log::remove_handler(name);
        }
      });
  }

  EXPECT_EQ(seen.lines().size(), 200U);
}

// -- the default handler --------------------------------------------------------------------------------------------------------------------

TEST(LogReport, LooksAsInOtp) {
  ASSERT_EQ(setenv("TZ", "UTC", 1), 0);
  tzset();
  const auto at =
      std::chrono::system_clock::time_point{} + std::chrono::seconds{1'700'000'000} + std::chrono::microseconds{42};

  EXPECT_EQ(log::report({.severity = level::error, .text = "boo", .origin = {}, .time = at}),
            "=ERROR REPORT==== 14-Nov-2023::22:13:20.000042 ===\nboo");
  EXPECT_EQ(log::report({.severity = level::notice, .text = "", .origin = {}, .time = {}}),
            "=NOTICE REPORT==== 1-Jan-1970::00:00:00.000000 ===\n");
}

TEST(LogReport, GoesToStandardError) {
  ::testing::internal::CaptureStderr();

  log::warning("~p and {braces}", "boo"_atom);

  const std::string written = ::testing::internal::GetCapturedStderr();
  EXPECT_TRUE(written.starts_with("=WARNING REPORT==== ")) << written;
  EXPECT_TRUE(written.ends_with(" ===\nboo and {braces}\n")) << written;
}

} // namespace
} // namespace agner
