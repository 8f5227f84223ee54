// SPDX-License-Identifier: Apache-2.0

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../../../examples/word_count/table.hpp"

using namespace agner;

namespace word_count {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

account good() {
  return {.shares = {{"north@h"_atom, 1, 10}, {"south@h"_atom, 2, 20}},
          .files = 3,
          .words = 30,
          .seconds = 0.5,
          .fault = "",
          .compared = 30,
          .victim = "north@h"_atom,
          .reassigned = 1,
          .loss = "noconnection"_atom};
}

std::vector<refusal> both() { return {{"bad_cookie", "another cookie"}, {"unknown_ca", "another authority"}}; }

TEST(Faults, AreNoneWhereAllWentWell) { EXPECT_THAT(faults_of(good(), both()), IsEmpty()); }

TEST(Faults, CountsThatDisagree) {
  account of = good();
  of.compared = 31;

  EXPECT_THAT(faults_of(of, both()), ElementsAre(HasSubstr("the counts disagree: the cluster has 30 words, the Erlang "
                                                           "node alone 31")));
}

TEST(Faults, NoComparison) {
  account of = good();
  of.compared.reset();

  EXPECT_THAT(faults_of(of, both()), ElementsAre(HasSubstr("no other count")));
}

TEST(Faults, NobodyKilled) {
  account of = good();
  of.reassigned = 0;
  of.loss = "undefined"_atom;

  EXPECT_THAT(faults_of(of, both()), ElementsAre(HasSubstr("no work of a killed node"), HasSubstr("undefined")));
}

TEST(Faults, StrangersNotRefused) {
  EXPECT_THAT(faults_of(good(), {}), ElementsAre(HasSubstr("cookie"), HasSubstr("authority")));
}

TEST(Faults, AFileThatCannotBeRead) {
  account of = good();
  of.fault = "x: eio";
  of.compared.reset();

  EXPECT_THAT(faults_of(of, both()), ElementsAre("x: eio", HasSubstr("no other count")));
}

TEST(Table, ShowsNodesFilesWordsSecondsAndRefusals) {
  EXPECT_EQ(table_of(good(), both()), "node                    files          words\n"
                                      "north@h                     1             10   killed: DOWN with noconnection, "
                                      "1 of its files to others\n"
                                      "south@h                     2             20\n"
                                      "all                         3             30   0.500 s\n"
                                      "Erlang's own count          3             30   agrees\n"
                                      "refused, bad_cookie: another cookie\n"
                                      "refused, unknown_ca: another authority\n");
}

} // namespace
} // namespace word_count
