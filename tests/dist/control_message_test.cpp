// SPDX-License-Identifier: Apache-2.0
// golden/distribution.txt was recorded from OTP 25.2.3 with golden/capture.py: what an erl sends to a peer that offers many flags, and to one that offers few.

#include <agner/dist/control_message.hpp>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <set>
#include <string>

#include <agner/dist/frame.hpp>
#include <agner/runtime/term_builders.hpp>
#include <agner/runtime/term_text.hpp>

#include "../support/hexadecimal.hpp"
#include "../support/term_generators.hpp"
#include "golden_file.hpp"

namespace agner::dist {
namespace {

using namespace control;

constexpr flag_set many = offered_flags();
constexpr flag_set few = demanded_flags().with(flag::dist_monitor).with(flag::dist_monitor_name).with(flag::alias);

const incarnation otp{atom{"otp@127.0.0.1"}, 1};
const incarnation peer{atom{"peer@127.0.0.1"}, 77};
const pid theirs{9, 0, otp};
const pid ours{5, 0, peer};

struct golden {
  std::string label;
  flag_set agreed;
  frame_terms terms;
};

/// Every recorded frame that is whole.
std::vector<golden> goldens() {
  std::vector<golden> all;
  for (const auto& fields : test::golden_lines("distribution.txt")) {
    const auto bytes = test::from_hex(fields.at(1));
    const auto read = read_frame(bytes);
    if (!read || read->kind == frame_kind::first_fragment || read->kind == frame_kind::next_fragment) continue;
    const auto version =
        read->kind == frame_kind::pass_through ? external_term::version::present : external_term::version::implied;
    all.push_back({fields.at(0), fields.at(0).starts_with("many") ? many : few, *read_terms(read->body, version)});
  }
  return all;
}

std::string complaint(const auto& outcome) {
  EXPECT_FALSE(outcome);
  if (outcome) return {};
  EXPECT_EQ(outcome.error().reason()[0], term{atom{"bad_control"}});
  return std::string{outcome.error().reason()[1].text()};
}

// -- golden values ------------------------------------------------------------------------------------------------------------------

TEST(ControlMessage, EveryOperationThatOtpSendsIsRead) {
  std::map<std::int64_t, int> seen;
  for (const auto& [label, agreed, terms] : goldens()) {
    SCOPED_TRACE(label);

    const auto got = read(terms.control, terms.payload);

    ASSERT_TRUE(got) << print_short(got.error().reason());
    EXPECT_TRUE(check_parties(got->what, otp.node(), peer.node()));
    ++seen[terms.control[0].as_int64()];
  }
  for (const int op : {1, 2, 3, 4, 6, 7, 8, 12, 13, 16, 19, 20, 21, 22, 23, 24, 25, 26, 28, 29, 33, 34, 35, 36})
    EXPECT_GT(seen[op], 0) << op;
}

TEST(ControlMessage, WhatIsReadIsWrittenInTheFormThatOtpChose) {
  for (const auto& [label, agreed, terms] : goldens()) {
    SCOPED_TRACE(label);
    const auto got = read(terms.control, terms.payload);
    ASSERT_TRUE(got);
    if (!got->token.is_nil()) continue; // agner does not trace, so it writes no token

    const auto again = write(got->what, agreed.with(flag::spawn));

    ASSERT_TRUE(again) << print_short(again.error().reason());
    EXPECT_EQ(again->control, terms.control);
    EXPECT_EQ(again->payload, terms.payload);
  }
}

TEST(ControlMessage, TheTokenOfATraceIsKeptApart) {
  int tokens = 0;
  for (const auto& [label, agreed, terms] : goldens()) {
    const auto got = read(terms.control, terms.payload);
    ASSERT_TRUE(got);
    if (got->token.is_nil()) continue;
    ++tokens;
    EXPECT_TRUE(got->token.is_tuple() && got->token.size() == 5 && got->token[1] == term{17})
        << print_short(got->token);
  }
  EXPECT_EQ(tokens, 8);
}

// -- each signal in each form ---------------------------------------------------------------------------------------------------------

const reference ref{1ULL << 32U | 2, 3, otp};
const term why = tuple(atom{"because"}, term{7});

const std::vector<message> signals{
    link{theirs, ours},
    unlink_id{7, theirs, ours},
    unlink_id_ack{UINT64_MAX, theirs, ours},
    send{theirs, ours, why},
    reg_send{theirs, atom{"name"}, why},
    alias_send{theirs, ref, why},
    control::exit{theirs, ours, why},
    exit2{theirs, ours, why},
    monitor{theirs, ours, ref},
    monitor{theirs, atom{"name"}, ref},
    demonitor{theirs, ours, ref},
    demonitor{theirs, atom{"name"}, ref},
    monitor_exit{theirs, ours, ref, why},
    monitor_exit{atom{"name"}, ours, ref, why},
    group_leader{theirs, ours},
    spawn_request{ref, theirs, theirs, atom{"m"}, atom{"f"}, 1, list({atom{"link"}}), list({why})},
    spawn_reply{ref, ours, 3, theirs},
    spawn_reply{ref, ours, 0, atom{"notsup"}},
};

TEST(ControlMessage, EverySignalComesBackWhateverTheFlags) {
  const flag_set everything = many.with(flag::spawn).with(flag::altact_sig);
  for (const flag_set agreed : {everything, many.with(flag::spawn), everything.without(flag::exit_payload),
                                everything.without(flag::unlink_id)}) {
    for (const message& signal : signals) {
      const auto wire = write(signal, agreed, priority::high);
      if (!wire) {
        EXPECT_TRUE(std::holds_alternative<unlink_id_ack>(signal)) << print_short(wire.error().reason());
        continue;
      }
      SCOPED_TRACE(print_short(wire->control));
      const auto back = read(wire->control, wire->payload);
      ASSERT_TRUE(back) << print_short(back.error().reason());
      const auto* unlinked = std::get_if<unlink>(&back->what);
      EXPECT_TRUE(back->what == signal || (unlinked != nullptr && std::holds_alternative<unlink_id>(signal)));
    }
  }
}

std::int64_t operation_of(const message& m, flag_set agreed, priority urgency = priority::ordinary) {
  const auto wire = write(m, agreed, urgency);
  return wire ? wire->control[0].as_int64() : 0;
}

TEST(ControlMessage, TheFlagsChooseTheForm) {
  const flag_set newest = many.with(flag::altact_sig);

  EXPECT_EQ(operation_of(send{theirs, ours, why}, many), 22);
  EXPECT_EQ(operation_of(send{theirs, ours, why}, many.without(flag::send_sender)), 2);
  EXPECT_EQ(operation_of(send{std::nullopt, ours, why}, many), 2);
  EXPECT_EQ(operation_of(send{theirs, ours, why}, newest), 22);
  EXPECT_EQ(operation_of(send{theirs, ours, why}, newest, priority::high), 37);
  EXPECT_EQ(operation_of(send{theirs, ours, why}, many, priority::high), 22);
  EXPECT_EQ(operation_of(alias_send{theirs, ref, why}, many), 33);
  EXPECT_EQ(operation_of(alias_send{theirs, ref, why}, newest), 37);
  EXPECT_EQ(operation_of(control::exit{theirs, ours, why}, many), 24);
  EXPECT_EQ(operation_of(control::exit{theirs, ours, why}, many.without(flag::exit_payload)), 3);
  EXPECT_EQ(operation_of(exit2{theirs, ours, why}, many), 26);
  EXPECT_EQ(operation_of(monitor_exit{theirs, ours, ref, why}, many), 28);
  EXPECT_EQ(operation_of(unlink_id{1, theirs, ours}, many), 35);
  EXPECT_EQ(operation_of(unlink_id{1, theirs, ours}, many.without(flag::unlink_id)), 4);
}

TEST(ControlMessage, NothingIsSentThatThePeerDoesNotKnow) {
  const auto refused = [](const message& m, flag_set agreed) { return !write(m, agreed); };

  EXPECT_TRUE(refused(alias_send{theirs, ref, why}, many.without(flag::alias)));
  EXPECT_TRUE(refused(unlink_id_ack{1, theirs, ours}, many.without(flag::unlink_id)));
  EXPECT_TRUE(refused(exit2{theirs, ref, why}, many));
  EXPECT_TRUE(refused(monitor{theirs, ours, ref}, many.without(flag::dist_monitor)));
  EXPECT_TRUE(refused(monitor{theirs, atom{"name"}, ref}, many.without(flag::dist_monitor_name)));
  EXPECT_TRUE(refused(signals[15], many.without(flag::spawn)));
}

TEST(ControlMessage, TheAlternativeSignalCarriesItsFlags) {
  const auto altact = [](int flags, const term& to) { return read(tuple(37, flags, theirs, to), why); };

  EXPECT_EQ(altact(0, ours)->what, (message{send{theirs, ours, why}}));
  EXPECT_EQ(altact(1, ours)->urgency, priority::high);
  EXPECT_EQ(altact(4, ref)->what, (message{alias_send{theirs, ref, why}}));
  EXPECT_EQ(altact(8, atom{"name"})->what, (message{reg_send{theirs, atom{"name"}, why}}));
  EXPECT_EQ(altact(16, ours)->what, (message{exit2{theirs, ours, why}}));
  EXPECT_EQ(altact(20, ref)->what, (message{exit2{theirs, ref, why}}));
  EXPECT_EQ(read(tuple(37, 2, theirs, ours, atom{"token"}), why)->token, term{atom{"token"}});
  EXPECT_TRUE(read(tuple(37, 0, theirs, ours, atom{"future"}, term{1}), why));
  EXPECT_EQ(complaint(altact(2, ours)), "ALTACT_SIG_SEND (37): promises a token and has none");
  EXPECT_EQ(complaint(altact(12, ref)), "ALTACT_SIG_SEND (37): contradictory flags 12");
  EXPECT_FALSE(altact(4, ours));
  EXPECT_FALSE(altact(0, ref));
}

// -- what is refused ------------------------------------------------------------------------------------------------------------------

TEST(ControlMessage, AWrongElementAnywhereIsRefused) {
  // What is unused, a reason or a token may be anything: operation and index.
  const std::set<std::pair<std::int64_t, std::size_t>> anything{{2, 1},  {3, 3},  {6, 2},  {8, 3},  {12, 1},
                                                                {12, 3}, {13, 3}, {13, 4}, {16, 2}, {16, 4},
                                                                {21, 4}, {23, 3}, {25, 3}, {34, 3}};
  for (const auto& [label, agreed, terms] : goldens()) {
    SCOPED_TRACE(label);
    const auto elements = terms.control.elements();
    for (std::size_t at = 0; at < elements.size(); ++at) {
      std::vector<term> changed(elements.begin(), elements.end());
      changed[at] = binary("wrong");

      const auto got = read(tuple_of(std::span{changed}), terms.payload);

      EXPECT_EQ(got.has_value(), anything.contains({elements[0].as_int64(), at})) << at;
    }
  }
}

TEST(ControlMessage, EveryLengthButTheRightOneIsRefused) {
  for (const auto& [label, agreed, terms] : goldens()) {
    const auto elements = terms.control.elements();
    for (std::size_t length = 0; length < elements.size(); ++length)
      EXPECT_FALSE(read(tuple_of(elements.first(length)), terms.payload)) << label << length;
    std::vector<term> longer(elements.begin(), elements.end());
    longer.emplace_back(1);
    const auto got = read(tuple_of(std::span{longer}), terms.payload);
    EXPECT_FALSE(got) << label;
  }
}

TEST(ControlMessage, ARefusalNamesTheOperationAndTheElement) {
  EXPECT_EQ(complaint(read(tuple(1, theirs, atom{"x"}), {})), "LINK (1): element 3 is x, no pid");
  EXPECT_EQ(complaint(read(tuple(19, theirs, term{5}, ref), {})), "MONITOR_P (19): element 3 is 5, no pid or atom");
  EXPECT_EQ(complaint(read(tuple(35, 0, theirs, ours), {})),
            "UNLINK_ID (35): element 2 is 0, no number of an unlink, which are 1 and up");
  EXPECT_EQ(complaint(read(tuple(99, theirs), {})), "unknown operation 99");
  EXPECT_EQ(complaint(read(tuple(-1), {})), "unknown operation -1");
  EXPECT_EQ(complaint(read(tuple(5), {})), "unknown operation 5");
  EXPECT_EQ(complaint(read(tuple(1, theirs), {})), "LINK (1): has 2 elements, not 3");
  EXPECT_EQ(complaint(read(tuple(1, theirs, ours), why)), "LINK (1): something follows it");
  EXPECT_EQ(complaint(read(tuple(22, theirs, ours), {})), "SEND_SENDER (22): nothing follows it");
  EXPECT_EQ(complaint(read(atom{"link"}, {})), "link is no tuple that begins with the number of an operation");
  EXPECT_EQ(complaint(read(tuple(), {})), "{} is no tuple that begins with the number of an operation");
}

TEST(ControlMessage, NobodySpeaksForAnotherNode) {
  const pid strangers{1, 2, incarnation{atom{"third@host"}, 1}};
  const auto refused = [](const message& m) { return !check_parties(m, otp.node(), peer.node()); };

  EXPECT_TRUE(refused(link{strangers, ours}));
  EXPECT_TRUE(refused(link{theirs, strangers}));
  EXPECT_TRUE(refused(control::exit{strangers, ours, why}));
  EXPECT_TRUE(refused(exit2{strangers, ref, why}));
  EXPECT_TRUE(refused(monitor{strangers, atom{"name"}, ref}));
  EXPECT_TRUE(refused(monitor_exit{strangers, ours, ref, why}));
  EXPECT_TRUE(refused(monitor_exit{theirs, strangers, ref, why}));
  EXPECT_FALSE(refused(send{strangers, ours, why}));
  EXPECT_EQ(complaint(check_parties(link{strangers, ours}, otp.node(), peer.node())),
            "LINK: the sender is a process of \"third@host\", not of \"otp@127.0.0.1\"");
}

TEST(ControlMessage, AnOlderLifeOfTheReceiverIsNoError) {
  EXPECT_TRUE(check_parties(link{theirs, pid{5, 0, incarnation{peer.node(), 76}}}, otp.node(), peer.node()));
}

RC_GTEST_PROP(ControlMessageProperty, AnyTermIsRefusedOrIsASignal, (const term& control, const term& payload)) {
  (void)read(control, payload);
  const auto elements = control.elements();
  for (int op = 0; op < 40; ++op) {
    std::vector<term> with_operation{term{op}};
    with_operation.insert(with_operation.end(), elements.begin(), elements.end());
    (void)read(tuple_of(std::span{with_operation}), payload);
    (void)read(tuple_of(std::span{with_operation}), {});
  }
}

} // namespace
} // namespace agner::dist
