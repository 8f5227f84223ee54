// SPDX-License-Identifier: Apache-2.0
// The golden bytes in golden/external_term.txt were written by OTP 25.2.3 with golden/external_term.escript, which says how.

#include <agner/dist/external_term.hpp>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <string>

#include "../support/hexadecimal.hpp"
#include "../support/term_generators.hpp"
#include "golden_file.hpp"
#include <agner/runtime/reference.hpp>
#include <agner/runtime/term_builders.hpp>
#include <agner/runtime/term_text.hpp>
#include <agner/runtime/term_views.hpp>

namespace agner {
namespace {

using namespace external_term;
using test::from_hex;
using test::to_hex;

struct golden {
  std::string name;
  std::vector<std::byte> in;
  std::string out;  // in hexadecimal, or "badarg"
  std::string text; // or "-", or "badarg"
  [[nodiscard]] bool refused() const { return out == "badarg"; }
};

const std::vector<golden>& goldens() {
  static const std::vector<golden> all = [] {
    std::vector<golden> read;
    for (auto& fields : test::golden_lines("external_term.txt"))
      read.push_back({fields.at(0), from_hex(fields.at(1)), fields.at(2), fields.at(3)});
    return read;
  }();
  return all;
}

std::vector<std::byte> bytes_of(const term& t) {
  const auto made = to_binary(t);
  EXPECT_TRUE(made) << print_short(made ? term{} : made.error().reason());
  const auto bytes = made->bytes();
  return {bytes.begin(), bytes.end()};
}

term read(std::string_view hex, const decode_options& how = {}) {
  const auto bytes = from_hex(hex);
  auto got = decode(bytes, how);
  EXPECT_TRUE(got) << hex << ": " << print_short(got ? term{} : got.error().reason());
  return got ? got->value : term{};
}

/// The atom and the sentence of a refusal.
std::pair<atom, std::string> refusal(std::span<const std::byte> bytes, const decode_options& how = {}) {
  const auto got = decode(bytes, how);
  EXPECT_FALSE(got) << print_short(got->value);
  if (got) return {};
  return {got.error().reason()[0].as_atom(), std::string{got.error().reason()[1].text()}};
}
std::pair<atom, std::string> refusal(std::string_view hex, const decode_options& how = {}) {
  return refusal(from_hex(hex), how);
}

// -- golden values ------------------------------------------------------------------------------------------------------------------

TEST(ExternalTerm, ReadsWhatOtpReadsAndWritesItBackAsOtpDoes) {
  for (const golden& g : goldens()) {
    if (g.refused()) continue;
    SCOPED_TRACE(g.name);

    const auto got = decode(g.in);

    ASSERT_TRUE(got) << print_short(got.error().reason());
    if (got->value.is_map() && got->value.size() > 32)
      EXPECT_EQ(got->value, read(g.out)); // OTP writes large maps in the order of its hashes
    else
      EXPECT_EQ(to_hex(bytes_of(got->value)), g.out);
  }
}

TEST(ExternalTerm, ReadsTheTermThatOtpReads) {
  for (const golden& g : goldens()) {
    if (g.refused() || g.text == "-") continue;
    SCOPED_TRACE(g.name);

    const auto got = decode(g.in);

    EXPECT_EQ(print(got->value, {.line_characters = 0}), g.text); // as io_lib:format("~0tp")
  }
}

TEST(ExternalTerm, RefusesWhatOtpRefuses) {
  for (const golden& g : goldens()) {
    if (!g.refused()) continue;
    SCOPED_TRACE(g.name);

    const auto [what, sentence] = refusal(g.in);

    EXPECT_EQ(what, atom{"bad_external_term"});
    EXPECT_TRUE(sentence.starts_with("byte ")) << sentence;
  }
}

TEST(ExternalTerm, EveryTruncationIsRefused) {
  for (const golden& g : goldens()) {
    if (g.refused()) continue;
    SCOPED_TRACE(g.name);
    const std::size_t whole = decode(g.in)->consumed_bytes;

    for (std::size_t length = 0; length < whole; ++length) {
      const std::vector<std::byte> cut(
          g.in.begin(),
          g.in.begin() + static_cast<std::ptrdiff_t>(length)); // its own memory: a read past the end is seen
      ASSERT_FALSE(decode(cut)) << length;
    }
  }
}

TEST(ExternalTerm, ABadByteAnywhereIsRefusedOrMakesAnotherSoundTerm) {
  constexpr std::size_t length_max = 120; // long goldens repeat what short ones hold
  for (const golden& g : goldens()) {
    if (g.in.size() > length_max) continue;
    SCOPED_TRACE(g.name);
    for (std::size_t at = 0; at < g.in.size(); ++at) {
      for (unsigned value = 0; value <= 0xff; value += (at < 4 ? 1 : 7)) {
        auto bytes = g.in;
        bytes[at] = static_cast<std::byte>(value);

        const auto got = decode(bytes);

        if (got) ASSERT_EQ(decode(bytes_of(got->value))->value, got->value) << at << ' ' << value;
      }
    }
  }
}

TEST(ExternalTerm, ReadsAnExampleOfEachForm) {
  const incarnation home{atom{"a@b"}, 3};

  EXPECT_EQ(read("83 61 05"), term{5});
  EXPECT_EQ(read("83 58 77 03 61 40 62 00000001 00000002 00000003"), (term{pid{1, 2, home}}));
  EXPECT_EQ(read("83 78 77 03 61 40 62 0000000000000007 00000003"), (term{port{7, home}}));
  EXPECT_EQ(read("83 5a 0003 77 03 61 40 62 00000003 00000001 00000002 00000009"),
            term{reference(std::array{1U, 2U, 9U}, home)});
  EXPECT_EQ(read("83 71 77 01 6d 77 01 66 61 02"), export_fun(atom{"m"}, atom{"f"}, 2));
}

TEST(ExternalTerm, KeepsAClosureWhole) {
  const term fun = read("83 70 00000039 03 0123456789abcdef0123456789abcdef 00000005 00000001 7701 6d 6101 6202000000"
                        " 58 7703614062 00000001 00000002 00000003 770176");

  const fun_view view = fun.as_fun();
  EXPECT_EQ(view.what, fun_view::form::closure);
  EXPECT_EQ(view.module, atom{"m"});
  EXPECT_EQ(view.arity, 3U);
  EXPECT_EQ(view.index, 5U);
  EXPECT_EQ(to_hex(view.uniq), "0123456789abcdef0123456789abcdef");
  EXPECT_EQ(*view.old_index, term{1});
  EXPECT_EQ(*view.old_uniq, term{0x02000000});
  EXPECT_EQ(view.creator->as_pid().id, 1U);
  ASSERT_EQ(view.free_variables.size(), 1U);
  EXPECT_EQ(view.free_variables[0], term{atom{"v"}});
}

// -- round trips --------------------------------------------------------------------------------------------------------------------

RC_GTEST_PROP(ExternalTermProperty, EveryTermComesBack, (const term& any)) {
  dist::gather_buffer buffer;
  RC_ASSERT(encode(any, buffer).has_value());

  const auto bytes = buffer.flatten();
  const auto got = decode(bytes);

  RC_ASSERT(got.has_value());
  RC_ASSERT(got->value == any);
  RC_ASSERT(got->consumed_bytes == bytes.size());
  RC_ASSERT(*encoded_size(any) == bytes.size());
}

RC_GTEST_PROP(ExternalTermProperty, ACompressedTermComesBack, (const term& any)) {
  RC_ASSERT(*from_binary(*to_binary(any, compression::best)) == any);
}

RC_GTEST_PROP(ExternalTermProperty, NoBytesAreUnsound, (const std::vector<std::uint8_t>& any)) {
  std::vector<std::byte> bytes{version_byte};
  for (const std::uint8_t b : any)
    bytes.push_back(static_cast<std::byte>(b));

  const auto got = decode(bytes);

  if (got) RC_ASSERT(decode(bytes_of(got->value))->value == got->value);
}

TEST(ExternalTerm, ListsOfBytesAreStringsUpTo65535) {
  const std::vector<term> bytes(65535, term{0x73});
  auto longer = bytes;
  longer.emplace_back(1);

  EXPECT_EQ(to_hex(bytes_of(list_of(std::span{bytes}))).substr(0, 10), "836bffff73");
  EXPECT_EQ(to_hex(bytes_of(list_of(std::span{longer}))).substr(0, 16), "836c000100006173");
  EXPECT_EQ(decode(bytes_of(list_of(std::span{longer})))->value, list_of(std::span{longer}));
}

TEST(ExternalTerm, MinusZeroStaysAndIsAKeyOfItsOwn) {
  const term both = map({{term{0.0}, term{1}}, {term{-0.0}, term{2}}});

  const term back = decode(bytes_of(both))->value;

  EXPECT_EQ(back, both);
  EXPECT_EQ(back.size(), 2U);
}

TEST(ExternalTerm, ManyLevelsNeedNoStack) {
  constexpr int levels = 150'000;
  const auto nested = [](auto&& wrap) {
    term t{atom{"x"}};
    for (int i = 0; i < levels; ++i)
      t = wrap(std::move(t));
    return t;
  };
  const std::array terms{
      nested([](term t) { return tuple(std::move(t)); }),
      nested([](term t) { return tuple(std::move(t), term{1}); }),
      nested([](term t) { return list({std::move(t)}); }),
      nested([](term t) { return cons(term{1}, std::move(t)); }),
      nested([](term t) { return map({{atom{"k"}, std::move(t)}}); }),
  };

  for (const term& deep : terms) {
    const auto bytes = bytes_of(deep);
    EXPECT_EQ(decode(bytes)->value, deep);
  }
}

TEST(ExternalTerm, LongListsHaveSeveralSegments) {
  constexpr std::size_t length = (1UL << 24U) + 5; // one segment holds 2^24 - 1
  std::vector<std::byte> bytes = from_hex("83 6c 01000005");
  bytes.resize(bytes.size() + length, std::byte{0x6a});
  bytes.push_back(std::byte{0x61});
  bytes.push_back(std::byte{7});

  const auto got = decode(bytes);

  ASSERT_TRUE(got) << print_short(got.error().reason());
  EXPECT_EQ(got->value.as_list().size(), length);
  EXPECT_EQ(got->value.as_list().last_tail(), term{7});
  EXPECT_EQ(*encoded_size(got->value), bytes.size());
}

// -- what is not copied -------------------------------------------------------------------------------------------------------------

TEST(ExternalTerm, LargeBinariesAreReferredTo) {
  const term large = binary(std::string(refer_bytes_min, 'x'));
  dist::gather_buffer buffer;

  ASSERT_TRUE(encode(tuple(large, term{1}), buffer));

  std::vector<std::span<const std::byte>> pieces;
  buffer.for_each([&](std::span<const std::byte> piece) { pieces.push_back(piece); });
  ASSERT_EQ(pieces.size(), 3U);
  EXPECT_EQ(pieces[1].data(), large.bytes().data());
  EXPECT_EQ(to_hex(pieces[2]), "6101");
  EXPECT_EQ(buffer.referred_bytes(), refer_bytes_min);
}

TEST(ExternalTerm, ALargeBinarySharesTheMessageItCameIn) {
  const term message = *to_binary(tuple(binary(std::string(share_bytes_min, 'x')), term{1}));

  const term shared = *from_binary(message);
  const term copied = decode(message.bytes())->value;

  EXPECT_EQ(shared[0].bytes().data(), message.bytes().data() + 8);
  EXPECT_EQ(shared, copied);
}

// -- limits -------------------------------------------------------------------------------------------------------------------------

TEST(ExternalTerm, PromisesAreNotPaidInAdvance) {
  // A thousand tuples in a row, each first element of the last, each promising as many elements as bytes follow: 8 GB if every promise were believed.
  std::vector<std::byte> bytes = from_hex("83");
  for (int i = 0; i < 200'000; ++i) {
    for (const std::byte b : from_hex("69 00080000"))
      bytes.push_back(b);
  }

  const auto [what, sentence] = refusal(bytes);

  EXPECT_EQ(what, atom{"bad_external_term"});
  EXPECT_NE(sentence.find("LARGE_TUPLE_EXT: promises 524288 terms"), std::string::npos) << sentence;
}

TEST(ExternalTerm, MemoryIsBounded) {
  // Each string of 65,535 bytes takes a megabyte.
  std::vector<std::byte> bytes = from_hex("83 68 10");
  for (int i = 0; i < 16; ++i) {
    for (const std::byte b : from_hex("6b ffff"))
      bytes.push_back(b);
    bytes.resize(bytes.size() + 0xffff);
  }

  const auto [what, sentence] = refusal(bytes, {.most = {.decoded_bytes = 15UL << 20U}});

  EXPECT_EQ(what, atom{"system_limit"});
  EXPECT_TRUE(decode(bytes, {.most = {.decoded_bytes = 17UL << 20U}}));
}

TEST(ExternalTerm, MessagesAndDepthAreBounded) {
  const auto deep = bytes_of(tuple(tuple(tuple(term{1}, term{2}), term{3}), term{4}));

  EXPECT_EQ(refusal(deep, {.most = {.depth = 1}}).first, atom{"system_limit"});
  EXPECT_EQ(refusal(deep, {.most = {.message_bytes = 10}}).first, atom{"system_limit"});
  EXPECT_TRUE(decode(deep, {.most = {.depth = 2}}));
}

TEST(ExternalTerm, AtomsArePaidForByThePeerThatBringsThem) {
  dist::atom_limits peer{2, 10};
  const decode_options how{.pays = &peer};

  EXPECT_TRUE(decode(from_hex("83 68 03 7704 6e657731 7704 6e657732 7704 6e657731"), how)); // new1, new2, new1
  const auto [what, sentence] = refusal("83 7704 6e657733", how);

  EXPECT_EQ(what, atom{"system_limit"});
  EXPECT_EQ(sentence, "byte 1, SMALL_ATOM_UTF8_EXT: \"new3\" would be one new atom too many");
  EXPECT_EQ(peer.atoms_left(), 0U);
  EXPECT_TRUE(decode(from_hex("83 7704 6e657732"), how)); // known by now
}

TEST(ExternalTerm, IncarnationsArePaidForToo) {
  dist::atom_limits peer{10, 1};
  const decode_options how{.pays = &peer};

  EXPECT_TRUE(decode(from_hex("83 58 77056c406c6966 00000001 00000002 00000101"), how));
  EXPECT_TRUE(decode(from_hex("83 58 77056c406c6966 00000009 00000002 00000101"), how));
  EXPECT_EQ(refusal("83 58 77056c406c6966 00000001 00000002 00000102", how).first, atom{"system_limit"});
}

TEST(ExternalTerm, ACompressedTermUnpacksToWhatItClaimsOrNotAtAll) {
  const term zeros = *to_binary(binary(std::string(1UL << 20U, '\0')), compression::best);
  auto lying = std::vector<std::byte>(zeros.bytes().begin(), zeros.bytes().end());
  lying[2] = std::byte{0x0f};

  EXPECT_LT(zeros.bytes().size(), 2000U);
  EXPECT_TRUE(from_binary(zeros));
  EXPECT_EQ(refusal(zeros.bytes(), {.most = {.message_bytes = 1UL << 20U}}).first, atom{"system_limit"});
  EXPECT_EQ(refusal(zeros.bytes(), {.most = {.decoded_bytes = 1UL << 20U}}).first, atom{"system_limit"});
  EXPECT_NE(refusal(lying).second.find("cannot unpack to"), std::string::npos);
}

TEST(ExternalTerm, TheEncoderHasLimitsToo) {
  dist::gather_buffer buffer;
  const incarnation home{atom{"a@b"}, 3};
  const encode_options old_peer{.peer_reads = identifiers::short_};

  EXPECT_FALSE(encode(binary(std::string(100, 'x')), buffer, {.bytes_max = 100}));
  EXPECT_FALSE(encode(tuple(term{1000}, term{1000}, term{1000}), buffer, {.bytes_max = 10}));
  EXPECT_FALSE(encode(port{1UL << 28U, home}, buffer, old_peer));
  EXPECT_FALSE(encode(reference(std::array{1U, 2U, 3U, 4U}, home), buffer, old_peer));
  EXPECT_TRUE(encode(port{(1UL << 28U) - 1, home}, buffer, old_peer));
  EXPECT_TRUE(encode(reference(std::array{1U, 2U, 3U}, home), buffer, old_peer));
}

// -- what a refusal says ------------------------------------------------------------------------------------------------------------

TEST(ExternalTerm, ARefusalSaysWhereAndWhatAndWhy) {
  EXPECT_EQ(refusal("83 68 02 61 01 46 7ff8000000000000").second,
            "byte 5, NEW_FLOAT_EXT: is not finite; Erlang has no such float");
  EXPECT_EQ(refusal("83 68 02 61 01 00").second, "byte 5: no term begins with 0");
  EXPECT_EQ(refusal("83 6d 00000005 0102").second, "byte 1, BINARY_EXT: the bytes end within it");
  EXPECT_EQ(refusal("82").second, "byte 0: a term begins with the version 131, this with 130");
  EXPECT_EQ(refusal("83 77 02 c328").second,
            "byte 1, SMALL_ATOM_UTF8_EXT: \"\\xc3(\" is not UTF-8 of at most 255 characters");
  EXPECT_EQ(refusal("83 74 00000002 6101 6a 6101 6a").second,
            "byte 12, MAP_EXT: the map that ends here has a key twice");
  EXPECT_EQ(refusal("83 79 00").second, "byte 1, LOCAL_EXT: is another system's private format");
}

TEST(ExternalTerm, NothingMayFollowInABinaryOfItsOwn) {
  const auto got = from_binary(binary(from_hex("83 6101 6102")));

  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().reason()[1].text(), "byte 3: 2 bytes follow the term");
  EXPECT_FALSE(from_binary(term{7}));
}

TEST(ExternalTerm, TheVersionMayBeImplied) {
  EXPECT_EQ(read("61 05", {.first = version::implied}), term{5});
  EXPECT_FALSE(decode(from_hex("83 61 05"), {.first = version::implied}));
  dist::gather_buffer buffer;
  ASSERT_TRUE(encode(term{5}, buffer, {.first = version::implied}));
  EXPECT_EQ(to_hex(buffer.flatten()), "6105");
}

} // namespace
} // namespace agner
