// SPDX-License-Identifier: Apache-2.0

#include <agner/actors/process.hpp>

#include <gtest/gtest.h>

#include <array>
#include <string_view>
#include <vector>

#include "../support/memory_pipe.hpp"

namespace agner {
namespace {

using status = io_result::status;
using direction = transport::direction;

std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span{text}); }

io_result write(transport& to, std::string_view text) {
  const std::array parts{bytes_of(text)};
  return to.write(parts);
}

TEST(MemoryPipe, CarriesBytesBothWays) {
  const test::memory_pipe pipe;
  std::array<std::byte, 8> into{};

  EXPECT_EQ(write(*pipe.left, "ab").bytes, 2U);
  EXPECT_EQ(write(*pipe.right, "c").bytes, 1U);

  EXPECT_EQ(pipe.right->read(into).bytes, 2U);
  EXPECT_EQ(into[1], std::byte{'b'});
  EXPECT_EQ(pipe.left->read(into).bytes, 1U);
  EXPECT_EQ(pipe.left->read(into).what, status::would_block);
}

TEST(MemoryPipe, IsFullAtItsCapacity) {
  const test::memory_pipe pipe{{.capacity_bytes = 3}};

  EXPECT_EQ(write(*pipe.left, "abcd").bytes, 3U);

  EXPECT_EQ(write(*pipe.left, "d").what, status::would_block);
}

TEST(MemoryPipe, MovesNoMoreThanAStep) {
  const test::memory_pipe pipe{{.step_bytes = 1}};
  std::array<std::byte, 8> into{};

  EXPECT_EQ(write(*pipe.left, "ab").bytes, 1U);
  EXPECT_EQ(write(*pipe.left, "b").bytes, 1U);
  EXPECT_EQ(pipe.right->read(into).bytes, 1U);
}

TEST(MemoryPipe, WhatWasWrittenBeforeCloseArrives) {
  const test::memory_pipe pipe;
  std::array<std::byte, 8> into{};

  write(*pipe.left, "ab");
  pipe.left->close();

  EXPECT_EQ(pipe.right->read(into).bytes, 2U);
  EXPECT_EQ(pipe.right->read(into).what, status::closed);
  EXPECT_EQ(write(*pipe.right, "x").reason, "epipe"_atom);
  EXPECT_EQ(pipe.left->read(into).reason, "closed"_atom);
}

TEST(MemoryPipe, ShutdownEndsOneDirection) {
  const test::memory_pipe pipe;
  std::array<std::byte, 8> into{};

  must(pipe.left->shutdown(shutdown_how::write));

  EXPECT_EQ(pipe.right->read(into).what, status::closed);
  EXPECT_EQ(write(*pipe.left, "x").what, status::failed);
  EXPECT_EQ(write(*pipe.right, "x").bytes, 1U);
  EXPECT_EQ(pipe.left->read(into).bytes, 1U);
}

TEST(MemoryPipe, TellsAProcessWhenThereIsSomethingToRead) {
  node here;

  here.run([]() -> task<> {
    test::memory_pipe pipe;
    pipe.left->notify(direction::input, self(), "readable"_atom);
    co_await receive([](term) { ADD_FAILURE() << "told too early"; }, after(std::chrono::milliseconds{0}, [] {}));

    write(*pipe.right, "x");
    co_await receive([](atom_literal<"readable">) {});
  });
}

TEST(MemoryPipe, TellsAProcessWhenThereIsRoom) {
  node here;

  here.run([]() -> task<> {
    test::memory_pipe pipe{{.capacity_bytes = 1}};
    write(*pipe.left, "x");
    pipe.left->notify(direction::output, self(), "writable"_atom);
    co_await receive([](term) { ADD_FAILURE() << "told too early"; }, after(std::chrono::milliseconds{0}, [] {}));

    std::array<std::byte, 8> into{};
    (void)pipe.right->read(into);
    co_await receive([](atom_literal<"writable">) {});
  });
}

TEST(MemoryPipe, BreaksWithAReason) {
  node here;

  here.run([]() -> task<> {
    test::memory_pipe pipe;
    pipe.left->notify(direction::input, self(), "told"_atom);

    pipe.break_with("econnreset"_atom);

    co_await receive([](atom_literal<"told">) {});
    std::array<std::byte, 8> into{};
    EXPECT_EQ(pipe.left->read(into).reason, "econnreset"_atom);
  });
}

} // namespace
} // namespace agner
