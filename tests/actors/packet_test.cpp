// SPDX-License-Identifier: Apache-2.0

#include <agner/actors/packet.hpp>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace agner {
namespace {

using bytes = std::vector<std::byte>;

bytes operator""_hex(const char* text, std::size_t size) {
  bytes made;
  const auto digit = [](char c) { return static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10); };
  for (std::size_t i = 0; i + 1 < size; i += 3)
    made.push_back(static_cast<std::byte>(digit(text[i]) << 4U | digit(text[i + 1])));
  return made;
}

bytes header(packet_type type, std::size_t size) {
  const auto made = must(encode_packet_header(type, size));
  return {made.as_span().begin(), made.as_span().end()};
}

bytes packet(packet_type type, std::string_view body) {
  bytes made = header(type, body.size());
  for (const char c : body)
    made.push_back(static_cast<std::byte>(c));
  return made;
}

std::string text_of(const std::optional<term>& message) { return message ? std::string{message->text()} : "(none)"; }

TEST(Packet, HeadersAreBigEndian) {
  EXPECT_EQ(header(packet_type::one, 5), "05"_hex);
  EXPECT_EQ(header(packet_type::two, 0x1234), "12 34"_hex);
  EXPECT_EQ(header(packet_type::four, 0x01020304), "01 02 03 04"_hex);
  EXPECT_EQ(header(packet_type::raw, 7), bytes{});
}

TEST(Packet, ALengthThatTheHeaderCannotSayIsEmsgsize) {
  EXPECT_TRUE(encode_packet_header(packet_type::one, 255));
  EXPECT_TRUE(encode_packet_header(packet_type::two, 65535));
  EXPECT_TRUE(encode_packet_header(packet_type::four, 0xffffffff));
  EXPECT_TRUE(encode_packet_header(packet_type::raw, 0x1'0000'0000));
  for (const auto& [type, size] : {std::pair{packet_type::one, 256UL}, std::pair{packet_type::two, 65536UL},
                                   std::pair{packet_type::four, 0x1'0000'0000UL}})
    EXPECT_EQ(encode_packet_header(type, size).error().reason(), term{"emsgsize"_atom});
}

TEST(PacketDecoder, RawGivesWhatIsThere) {
  packet_decoder decoder;
  decoder.put("01 02 03"_hex);

  EXPECT_EQ(must(decoder.next()), binary("\x01\x02\x03"));
  EXPECT_EQ(must(decoder.next()), std::nullopt);
}

TEST(PacketDecoder, TakesExactlyAsMuchAsAskedFor) {
  packet_decoder decoder;
  decoder.put("61 62 63"_hex);

  EXPECT_EQ(decoder.take(4), std::nullopt);
  EXPECT_EQ(text_of(decoder.take(2)), "ab");
  decoder.put("64"_hex);
  EXPECT_EQ(text_of(decoder.take(2)), "cd");
  EXPECT_TRUE(decoder.empty());
}

TEST(PacketDecoder, CutsMessagesApart) {
  packet_decoder decoder{packet_type::two};
  decoder.put("00 02 61 62 00 00 00 01 63 00"_hex);

  EXPECT_EQ(text_of(must(decoder.next())), "ab");
  EXPECT_EQ(text_of(must(decoder.next())), "");
  EXPECT_EQ(text_of(must(decoder.next())), "c");
  EXPECT_EQ(must(decoder.next()), std::nullopt);
  EXPECT_EQ(decoder.unread().size(), 1U);
}

TEST(PacketDecoder, EveryCutOfTheStreamGivesTheSame) {
  for (const auto type : {packet_type::one, packet_type::two, packet_type::four}) {
    bytes stream = packet(type, "hello");
    std::ranges::copy(packet(type, ""), std::back_inserter(stream));
    std::ranges::copy(packet(type, "world"), std::back_inserter(stream));
    for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
      packet_decoder decoder{type};
      std::vector<std::string> messages;
      const auto drain = [&] {
        while (auto message = must(decoder.next()))
          messages.emplace_back(message->text());
      };

      decoder.put(std::span{stream}.first(cut));
      drain();
      decoder.put(std::span{stream}.subspan(cut));
      drain();

      EXPECT_EQ(messages, (std::vector<std::string>{"hello", "", "world"})) << cut;
    }
  }
}

TEST(PacketDecoder, APromiseOfTooMuchIsEmsgsize) {
  for (const auto* promise : {"80 00 00 00", "ff ff ff ff", "04 00 00 01"}) {
    packet_decoder decoder{packet_type::four};
    decoder.put(operator""_hex(promise, 11));

    EXPECT_EQ(decoder.next().error().reason(), term{"emsgsize"_atom});
  }
  packet_decoder small{packet_type::one, 3};
  small.put("03 61 62 63 04"_hex);
  EXPECT_EQ(text_of(must(small.next())), "abc");
  EXPECT_EQ(small.next().error().reason(), term{"emsgsize"_atom});
}

TEST(PacketDecoder, APromiseTakesNoMemory) {
  packet_decoder decoder{packet_type::four};
  decoder.put("04 00 00 00"_hex);

  EXPECT_EQ(must(decoder.next()), std::nullopt);

  EXPECT_LE(decoder.room().size(), packet_decoder::default_buffer_bytes);
}

TEST(PacketDecoder, MemoryGrowsWithWhatCame) {
  packet_decoder decoder{packet_type::four};
  const std::size_t size = 10'000'000;
  decoder.put(header(packet_type::four, size));
  std::size_t put = 4;
  while (!must(decoder.next())) {
    const auto room = decoder.room();
    ASSERT_LE(room.size(), std::max(put, packet_decoder::default_buffer_bytes));
    ASSERT_LE(put, size + 4);
    std::ranges::fill(room, std::byte{7});
    decoder.filled(room.size());
    put += room.size();
  }
  EXPECT_EQ(put, size + 4); // the last read ends with the message
}

TEST(PacketDecoder, ShrinksOnlyWhenEmpty) {
  packet_decoder decoder;
  decoder.put("61"_hex);
  decoder.shrink();
  EXPECT_EQ(text_of(decoder.take(1)), "a");
  decoder.shrink();
  decoder.put("62"_hex);
  EXPECT_EQ(text_of(decoder.take(1)), "b");
}

RC_GTEST_PROP(PacketDecoder, GivesWhatWasEncoded, ()) {
  const auto type = *rc::gen::element(packet_type::one, packet_type::two, packet_type::four);
  const auto buffer = *rc::gen::element(4UL, 7UL, 64UL, 1000UL);
  const auto sizes = *rc::gen::container<std::vector<std::size_t>>(rc::gen::inRange(0UL, 256UL));
  bytes stream;
  std::vector<term> sent;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const std::string body(sizes[i], static_cast<char>('a' + i % 26));
    std::ranges::copy(packet(type, body), std::back_inserter(stream));
    sent.push_back(binary(body));
  }

  packet_decoder decoder{type, 0, buffer};
  std::vector<term> received;
  std::span<const std::byte> left{stream};
  while (!left.empty()) {
    const auto room = decoder.room();
    const auto n = std::min({left.size(), room.size(), *rc::gen::inRange(1UL, 300UL)});
    std::ranges::copy(left.first(n), room.begin());
    decoder.filled(n);
    left = left.subspan(n);
    while (auto message = must(decoder.next()))
      received.push_back(*std::move(message));
  }

  RC_ASSERT(received == sent);
  RC_ASSERT(decoder.empty());
}

RC_GTEST_PROP(PacketDecoder, TakesWhatIsAskedForWhateverTheBuffer, ()) {
  const auto buffer = *rc::gen::element(4UL, 16UL, 1000UL);
  const auto lengths = *rc::gen::container<std::vector<std::size_t>>(rc::gen::inRange(1UL, 200UL));
  packet_decoder decoder{packet_type::raw, 0, buffer};
  std::uint8_t written = 0;
  std::uint8_t read = 0;

  for (const std::size_t length : lengths) {
    std::optional<term> got;
    while (!(got = decoder.take(length))) {
      const auto room = decoder.room();
      RC_ASSERT(!room.empty());
      std::ranges::generate(room, [&written] { return static_cast<std::byte>(written++); });
      decoder.filled(room.size());
    }
    RC_ASSERT(got->bytes().size() == length);
    for (const std::byte each : got->bytes())
      RC_ASSERT(each == static_cast<std::byte>(read++));
  }
}

} // namespace
} // namespace agner
