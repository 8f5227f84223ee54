// SPDX-License-Identifier: Apache-2.0
// What is logged when a process ends by an error, and what is not. Each rule was asked of OTP 25.2.3 first.

#include <gtest/gtest.h>

#include <stdexcept>

#include <agner/actors/proc_lib.hpp>
#include <agner/runtime/term_text.hpp>

#include "../support/deterministic_node.hpp"
#include "../support/log_capture.hpp"
#include "../support/process_probes.hpp"

namespace agner {
namespace {

using test::deterministic_node;
using test::log_capture;

template <class F>
std::vector<log_capture::line> reports_of(deterministic_node& here, F f) {
  const log_capture seen;
  here->spawn(f);
  here.run_until_idle();
  return seen.lines();
}

TEST(CrashReport, NamesProcessAndReason) {
  deterministic_node here;

  const auto lines = reports_of(here, []() -> task<> {
    raise_error("badarg"_atom);
    co_return;
  });

  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].severity, log::level::error);
  EXPECT_TRUE(lines[0].text.starts_with("Error in process " + print(lines[0].origin) +
                                        " with exit value:\n{badarg,\n    [{'CrashReport_NamesProcessAndReason_Test',"))
      << lines[0].text;
  EXPECT_NE(lines[0].text.find("[{file,\"crash_report_test.cpp\"},{line,"), std::string::npos) << lines[0].text;
  EXPECT_TRUE(here->is_local(lines[0].origin));
}

TEST(CrashReport, NamesTheNodeThatHasAName) {
  deterministic_node here{1, {.name = "a@b"}};

  const auto lines = reports_of(here, []() -> task<> {
    raise_throw("ball"_atom);
    co_return;
  });

  ASSERT_EQ(lines.size(), 1U);
  EXPECT_NE(lines[0].text.find(" on node a@b with exit value:\n{{nocatch,ball},\n ["), std::string::npos)
      << lines[0].text;
}

TEST(CrashReport, ShowsExceptionsOfTheStandardLibrary) {
  deterministic_node here;

  const auto lines = reports_of(here, []() -> task<> {
    throw std::runtime_error{"oops"};
    co_return;
  });

  ASSERT_EQ(lines.size(), 1U);
  EXPECT_TRUE(lines[0].text.ends_with("\n{{cxx_exception,<<\"std::runtime_error\">>,<<\"oops\">>},[]}\n"))
      << lines[0].text;
}

TEST(CrashReport, ShowsTheLabel) {
  deterministic_node here;

  const auto lines = reports_of(here, []() -> task<> {
    proc_lib::set_label(tuple("worker"_atom, 7));
    raise_error("badarg"_atom);
    co_return;
  });

  ASSERT_EQ(lines.size(), 2U);
  EXPECT_TRUE(lines[0].text.ends_with("has the label {worker,7}\n")) << lines[0].text;
}

TEST(CrashReport, IsNotMadeForExits) {
  deterministic_node here;

  EXPECT_TRUE(reports_of(here, []() -> task<> { co_return; }).empty());
  EXPECT_TRUE(reports_of(here, []() -> task<> {
                exit("boo"_atom);
                co_return;
              }).empty());
  EXPECT_TRUE(reports_of(here, []() -> task<> {
                exit(self(), "kill"_atom);
                co_return;
              }).empty());
  EXPECT_TRUE(reports_of(here, []() -> task<> {
                exit(spawn_link(test::until_told), "boo"_atom);
                co_await receive([](term) {});
              }).empty());
}

} // namespace
} // namespace agner
