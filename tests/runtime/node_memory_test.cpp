// SPDX-License-Identifier: Apache-2.0

#include <agner/runtime/heap_node.hpp>
#include <agner/runtime/node_memory.hpp>

#include <gtest/gtest.h>

#include <cstring>
#include <thread>
#include <vector>

namespace agner::internal {
namespace {

constexpr std::size_t bytes = 40;

std::vector<void*> take(std::size_t count, std::size_t each = bytes) {
  std::vector<void*> pieces;
  for (std::size_t i = 0; i < count; ++i)
    pieces.push_back(std::memset(allocate_node(each), 0xa5, each));
  return pieces;
}

void give_back(const std::vector<void*>& pieces, std::size_t each = bytes) {
  for (void* piece : pieces)
    free_node(piece, each);
}

template <class F>
void on_another_thread(F f) {
  std::thread{f}.join();
}

/// How many pieces came from malloc while @p f ran.
template <class F>
std::uint64_t fresh_pieces(F f) {
  const std::uint64_t before = node_memory_used().from_malloc;
  f();
  return node_memory_used().from_malloc - before;
}

TEST(NodeMemory, CountsWhatIsTaken) {
  const std::uint64_t before = node_memory_used().pieces;
  give_back(take(1000));
  EXPECT_EQ(node_memory_used().pieces - before, keeps_pieces ? 1000U : 0U);
}

TEST(NodeMemory, GivesAThreadWhatItGaveBack) {
  give_back(take(20));
  EXPECT_EQ(fresh_pieces([] { give_back(take(20)); }), 0U);
}

TEST(NodeMemory, HandsWhatOneThreadGivesBackToAnother) {
  const std::vector<void*> pieces = take(10'000);
  on_another_thread([&] { give_back(pieces); });

  // The other kept less than one batch when it ended, and that went to malloc.
  EXPECT_LT(fresh_pieces([] { give_back(take(9'900)); }), 40U);
}

TEST(NodeMemory, SharesNoMoreThanItsLimit) {
  constexpr std::size_t large = kept_piece_max;
  const std::vector<void*> pieces = take(2 * shared_bytes_max / large, large);
  on_another_thread([&] { give_back(pieces, large); });

  EXPECT_LE(node_memory_used().shared_bytes, shared_bytes_max);
  give_back(take(shared_bytes_max / large, large), large); // none is lost or in two hands: each is written to
}

/// Made before its thread asks for memory, so destroyed after what the thread keeps was given back.
struct late {
  void* piece = nullptr;
  ~late() {
    for (int i = 0; i < 100; ++i) {
      void* const again = allocate_node(bytes);
      free_node(piece, bytes);
      piece = again;
    }
    free_node(piece, bytes);
  }
};
late& of_this_thread() {
  static thread_local late one;
  return one;
}

TEST(NodeMemory, TakesWhatOtherDestructorsOfAThreadGiveBackLate) {
  const node_memory_use before = node_memory_used();
  on_another_thread([] {
    late& one = of_this_thread();
    one.piece = allocate_node(bytes);
  });
  EXPECT_LE(node_memory_used().shared_bytes, before.shared_bytes); // it may have taken a batch, and gave none back
  EXPECT_EQ(node_memory_used().pieces - before.pieces, keeps_pieces ? 1U : 0U); // the others were malloc's
}

TEST(NodeMemory, LargePiecesAreNotKept) {
  const node_memory_use before = node_memory_used();
  give_back(take(10, kept_piece_max + 1), kept_piece_max + 1);
  EXPECT_EQ(node_memory_used().pieces, before.pieces);
}

} // namespace
} // namespace agner::internal
