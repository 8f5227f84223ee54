// SPDX-License-Identifier: Apache-2.0

#include <agner/actors/internal/write_queue.hpp>
#include <agner/actors/iodata.hpp>
#include <agner/runtime/term_builders.hpp>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <utility>

#include "../support/term_generators.hpp"

namespace agner {
namespace {

std::string joined(const iodata_pieces& of) {
  std::string all;
  for (const term& each : of.binaries)
    all += each.text();
  return all;
}

std::string text_of(const term& iodata) {
  const auto pieces = iodata_to_pieces(iodata);
  if (!pieces) return "(none)";
  EXPECT_EQ(joined(*pieces).size(), pieces->size_bytes);
  return joined(*pieces);
}

TEST(Iodata, IsBinariesAndListsOfThem) {
  EXPECT_EQ(text_of(binary("abc")), "abc");
  EXPECT_EQ(text_of(term{}), "");
  EXPECT_EQ(text_of(list({97, binary("bc"), list({list({100}), term{}, binary("")}), 101})), "abcde");
  EXPECT_EQ(text_of(cons(97, binary("b"))), "ab");
}

TEST(Iodata, OtherTermsAreNone) {
  for (const term& none : {term{7}, term{"a"_atom}, tuple(1), list({256}), list({-1}), list({"a"_atom}), cons(97, 98),
                           bitstring(std::array{std::byte{1}}, 3), list({1.0}), list({list({1}), tuple()})})
    EXPECT_EQ(iodata_to_pieces(none), std::nullopt);
}

TEST(Iodata, LargeBinariesAreShared) {
  const term large = binary(std::string(10000, 'x'));

  const auto pieces = iodata_to_pieces(list({97, large, 98, 99}));

  ASSERT_EQ(pieces->binaries.size(), 3U);
  EXPECT_EQ(pieces->binaries[1].bytes().data(), large.bytes().data());
  EXPECT_EQ(pieces->binaries[2].text(), "bc");
}

TEST(Iodata, DeepListsTakeNoStack) {
  term deep = list({97});
  for (int i = 0; i < 200'000; ++i)
    deep = list({deep});

  EXPECT_EQ(text_of(deep), "a");
}

RC_GTEST_PROP(Iodata, AnyTermIsBytesOrNone, (const term& any)) {
  const auto pieces = iodata_to_pieces(any);
  if (pieces) RC_ASSERT(joined(*pieces).size() == pieces->size_bytes);
  if (any.is_binary()) RC_ASSERT(pieces && joined(*pieces) == any.text());
}

// -- what waits to be written -------------------------------------------------------------------------------------------------------------

std::string front(const internal::write_queue& of) {
  internal::write_queue::parts room;
  std::string all;
  for (const auto& part : of.front(room))
    all.append(reinterpret_cast<const char*>(part.data()), part.size());
  return all;
}

TEST(WriteQueue, GivesHeadersAndBodiesInOrder) {
  internal::write_queue queue;
  queue.push(must(encode_packet_header(packet_type::one, 2)), *iodata_to_pieces(binary("ab")));
  queue.push(must(encode_packet_header(packet_type::raw, 1)), *iodata_to_pieces(binary("c")));
  queue.push(must(encode_packet_header(packet_type::two, 0)), *iodata_to_pieces(binary("")));

  EXPECT_EQ(front(queue), (std::string{"\2abc\0\0", 6}));
  EXPECT_EQ(queue.size_bytes(), 6U);
}

TEST(WriteQueue, GoesOnWhereAWriteStopped) {
  for (std::size_t step = 1; step <= 7; ++step) {
    internal::write_queue queue;
    for (const char* each : {"abc", "d", "ef"})
      queue.push(must(encode_packet_header(packet_type::one, std::string_view{each}.size())),
                 *iodata_to_pieces(binary(each)));
    std::string written;
    while (!queue.empty()) {
      const std::string next = front(queue).substr(0, step);
      written += next;
      queue.consume(next.size());
    }
    EXPECT_EQ(written, "\3abc\1d\2ef");
    EXPECT_EQ(front(queue), "");
  }
}

TEST(WriteQueue, GivesABoundedNumberOfParts) {
  internal::write_queue queue;
  for (int i = 0; i < 1000; ++i)
    queue.push({}, *iodata_to_pieces(binary("x")));
  internal::write_queue::parts room;

  EXPECT_EQ(queue.front(room).size(), internal::write_queue::parts_max);
  EXPECT_EQ(queue.size_bytes(), 1000U);
}

} // namespace
} // namespace agner
