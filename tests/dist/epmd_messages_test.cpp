// SPDX-License-Identifier: Apache-2.0
// golden/epmd.txt was recorded from erl and epmd of OTP 25.2.3 with golden/capture.py.

#include <agner/dist/epmd_messages.hpp>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <string>

#include <agner/runtime/term_text.hpp>

#include "../support/hexadecimal.hpp"
#include "golden_file.hpp"

namespace agner::dist {
namespace {

using namespace epmd;
using test::bytes_of;
using test::from_hex;
using test::to_hex;

std::map<std::string, std::vector<std::byte>> goldens() {
  std::map<std::string, std::vector<std::byte>> all;
  for (const auto& fields : test::golden_lines("epmd.txt"))
    all[fields.at(0)] = from_hex(fields.size() > 1 ? fields[1] : "");
  return all;
}

std::span<const std::byte> without_length(const std::vector<std::byte>& request) {
  return std::span{request}.subspan(2);
}

std::string complaint(const auto& outcome) {
  EXPECT_FALSE(outcome);
  return outcome ? std::string{} : std::string{outcome.error().reason()[1].text()};
}

const alive_request one{
    .port = 40001, .type = 'H', .protocol = 0, .highest = 6, .lowest = 5, .name = "one", .extra = ""};

// -- requests -----------------------------------------------------------------------------------------------------------------------

TEST(EpmdMessages, EveryRequestIsReadAndWrittenAlike) {
  int requests = 0;
  for (const auto& [label, golden] : goldens()) {
    if (!label.starts_with("client asks") && !label.starts_with("erl asks")) continue;
    SCOPED_TRACE(label);

    const auto read = read_request(without_length(golden));

    ASSERT_TRUE(read) << print_short(read.error().reason());
    EXPECT_EQ(to_hex(write(*read)), to_hex(golden));
    ++requests;
  }
  EXPECT_GE(requests, 12);
}

TEST(EpmdMessages, TheFieldsOfARegistration) {
  EXPECT_EQ(std::get<alive_request>(*read_request(without_length(goldens()["client asks: alive"]))), one);

  const auto erl = std::get<alive_request>(*read_request(without_length(goldens()["erl asks: alive"])));
  EXPECT_EQ(erl.name, "otp");
  EXPECT_EQ(erl.type, static_cast<std::uint8_t>(node_type::normal));
  EXPECT_EQ(erl.highest, version_highest);
  EXPECT_EQ(erl.lowest, version_lowest);
}

TEST(EpmdMessages, EveryTruncationOfARequestIsRefused) {
  for (const auto& [label, golden] : goldens()) {
    if (!label.starts_with("client asks: alive")) continue;
    const auto whole = without_length(golden);
    for (std::size_t length = 0; length < whole.size(); ++length) {
      const std::vector<std::byte> cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
      EXPECT_FALSE(read_request(cut)) << label << length;
    }
  }
}

TEST(EpmdMessages, ABadByteAnywhereIsRefusedOrAsksSomethingElse) {
  for (const auto& [label, golden] : goldens()) {
    for (std::size_t at = 0; at < golden.size(); ++at) {
      for (unsigned value = 0; value <= 0xff; value += 5) {
        auto changed = golden;
        changed[at] = static_cast<std::byte>(value);
        if (at >= 2) {
          if (const auto read = read_request(without_length(changed)))
            EXPECT_EQ(*read_request(without_length(write(*read))), *read);
        }
        (void)read_alive_answer(changed);
        (void)read_port_answer(changed, "one");
        (void)read_names_answer(changed);
      }
    }
  }
}

TEST(EpmdMessages, NamesCannotForgeLines) {
  for (const auto* good : {"a", "with-dash", "h\xc3\xa4", "a.b"})
    EXPECT_TRUE(is_name(good)) << good;
  for (const auto* bad : {"", "a b", "a\nname b at port 1", "a@b", "\x7f"})
    EXPECT_FALSE(is_name(bad)) << bad;
  EXPECT_TRUE(is_name(std::string(255, 'x')));
  EXPECT_FALSE(is_name(std::string(256, 'x')));
}

TEST(EpmdMessages, ARefusedRequestSaysWhatIsWrong) {
  const auto asked = [](alive_request r) {
    return complaint(read_request(without_length(write(request{std::move(r)}))));
  };
  alive_request r = one;

  r.port = 0;
  EXPECT_EQ(asked(r), "node \"one\" has port 0");
  r = one;
  r.highest = 4;
  EXPECT_EQ(asked(r), "node \"one\" knows versions 5 to 4");
  r = one;
  r.name = "o\ne";
  EXPECT_EQ(asked(r), "\"o\\x0ae\" is no name for a node");
  r = one;
  r.extra = std::string(1021, 'e');
  EXPECT_EQ(asked(r), "node \"one\" has 1021 bytes of extra data, 1020 are the most");
  EXPECT_EQ(complaint(read_request({})), "an empty request");
  EXPECT_EQ(complaint(read_request(bytes_of("z"))), "\"\" is no name for a node");
  EXPECT_EQ(complaint(read_request(bytes_of("GET"))), "unknown request \"GET\"");
  EXPECT_EQ(complaint(read_request(from_hex("78 9c41 48 00 0006 0005 0003 6f"))),
            "a registration of 12 bytes ends too early");
}

// -- answers ------------------------------------------------------------------------------------------------------------------------

TEST(EpmdMessages, AnswersOfEpmdAreReadAndWrittenAlike) {
  auto all = goldens();
  for (const auto* label : {"alive", "alive, version 5", "alive with extra", "alive, name taken"}) {
    const auto& golden = all[std::string{"epmd answers: "} + label];
    const auto read = read_alive_answer(golden);
    ASSERT_TRUE(read && *read) << label;
    EXPECT_EQ(to_hex(write(**read)), to_hex(golden)) << label;
  }
  for (const auto* name : {"one", "three", "nobody"}) {
    const auto& golden = all[std::string{"epmd answers: port of "} + name];
    const auto read = read_port_answer(golden, name);
    ASSERT_TRUE(read && *read) << name;
    EXPECT_EQ(to_hex(write(**read)), to_hex(golden)) << name;
  }
  const auto names = read_names_answer(all["epmd answers: names"]);
  ASSERT_TRUE(names);
  EXPECT_EQ(to_hex(write(*names)), to_hex(all["epmd answers: names"]));
  EXPECT_EQ(to_hex(bytes_of(kill_refused)), to_hex(all["epmd answers: kill"]));
}

TEST(EpmdMessages, TheFieldsOfTheAnswers) {
  auto all = goldens();

  EXPECT_EQ((*read_alive_answer(all["epmd answers: alive, name taken"]))->refused, 1);
  EXPECT_FALSE((*read_alive_answer(all["epmd answers: alive, version 5"]))->is_long);
  EXPECT_EQ((*read_port_answer(all["epmd answers: port of one"], "one"))->found, one);
  EXPECT_FALSE((*read_port_answer(all["epmd answers: port of nobody"], "nobody"))->found);
  const auto names = *read_names_answer(all["epmd answers: names"]);
  EXPECT_EQ(names.nodes, (std::vector<named_port>{{"three", 40001}, {"two", 40001}, {"one", 40001}}));
}

TEST(EpmdMessages, AnAnswerThatIsNotAllThereIsWaitedFor) {
  auto all = goldens();
  const auto& alive = all["epmd answers: alive"];
  const auto& port = all["epmd answers: port of three"];

  for (std::size_t length = 0; length < alive.size(); ++length)
    EXPECT_EQ(*read_alive_answer(std::span{alive}.first(length)), std::nullopt) << length;
  for (std::size_t length = 0; length < port.size(); ++length)
    EXPECT_EQ(*read_port_answer(std::span{port}.first(length), "three"), std::nullopt) << length;
}

TEST(EpmdMessages, LiesAreNotBelieved) {
  auto all = goldens();
  const auto& port = all["epmd answers: port of one"];

  EXPECT_EQ(complaint(read_port_answer(port, "two")), "asked for \"two\", epmd answers for \"one\"");
  EXPECT_EQ(complaint(read_port_answer(from_hex("77 00 0000 48 00 0006 0005 0003 6f6e65 0000"), "one")),
            "node \"one\" has port 0");
  EXPECT_EQ(complaint(read_port_answer(from_hex("77 00 0001 48 00 0004 0005 0003 6f6e65 0000"), "one")),
            "node \"one\" knows versions 5 to 4");
  EXPECT_EQ(complaint(read_port_answer(from_hex("77 00 0001 48 00 0006 0005 ffff 61*2000"), "one")),
            "epmd's answer for \"one\" has more than 1289 bytes");
  EXPECT_EQ(complaint(read_alive_answer(from_hex("77 00"))), "epmd answers \"w\\x00\" to a registration");
  EXPECT_EQ(complaint(read_names_answer(from_hex("0000"))), "epmd closed the connection before it listed names");
  EXPECT_FALSE(read_names_answer(from_hex("20*1048577")));
}

TEST(EpmdMessages, LinesThatSayNothingArePassedOver) {
  using namespace std::string_view_literals;
  const auto names = read_names_answer(bytes_of("\0\0\x11\x11"
                                                "name a at port 1\n"
                                                "nonsense\n"
                                                "name b at port x\n"
                                                "name c at port 70000\n"
                                                "name  at port 3\n"
                                                "name d at port 4"sv));

  EXPECT_EQ(names->epmd_port, default_port);
  EXPECT_EQ(names->nodes, (std::vector<named_port>{{"a", 1}, {"d", 4}}));
}

TEST(EpmdMessages, TheHighestCommonVersionIsUsed) {
  EXPECT_EQ(best_version(5, 6), 6);
  EXPECT_EQ(best_version(5, 7), 6);
  EXPECT_EQ(best_version(5, 5), 5);
  EXPECT_EQ(best_version(7, 9), 0);
  EXPECT_EQ(best_version(1, 4), 0);
}

RC_GTEST_PROP(EpmdMessagesProperty, RegistrationsComeBack,
              (std::uint16_t port, std::uint8_t type, std::uint16_t lowest, std::uint16_t more,
               const std::vector<std::uint8_t>& text)) {
  alive_request r{.port = std::max<std::uint16_t>(port, 1),
                  .type = type,
                  .protocol = 0,
                  .highest = 0,
                  .lowest = lowest,
                  .name = "n",
                  .extra = {}};
  r.highest = static_cast<std::uint16_t>(std::min(0xffff, lowest + more));
  for (const std::uint8_t c : text)
    if (r.name.size() < name_bytes_max) r.name += static_cast<char>('a' + c % 26), r.extra += static_cast<char>(c);

  RC_ASSERT(std::get<alive_request>(*read_request(without_length(write(request{r})))) == r);
  RC_ASSERT((*read_port_answer(write(port_answer{r}), r.name))->found == r);
}

} // namespace
} // namespace agner::dist
