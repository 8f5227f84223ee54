// SPDX-License-Identifier: Apache-2.0

#include <agner/runtime/node.hpp>
#include <agner/runtime/resource.hpp>
#include <agner/runtime/term_builders.hpp>
#include <agner/runtime/term_order.hpp>

#include <gtest/gtest.h>

namespace agner {
namespace {

class noted final : public resource {
public:
  explicit noted(int& destroyed) : destroyed_(destroyed) {}
  ~noted() override { ++destroyed_; }

private:
  int& destroyed_;
};
class other final : public resource {};

TEST(Resource, LivesAsLongAsATermHoldsIt) {
  const incarnation home{"a@b"_atom, 7};
  int destroyed = 0;
  term kept;
  {
    const reference made = resource_reference(reference{1, 0, home}, std::make_unique<noted>(destroyed));
    kept = list({tuple("holds"_atom, made)});
    EXPECT_EQ(made.home(), home);
  }

  EXPECT_EQ(destroyed, 0);
  EXPECT_NE(resource_as<noted>(kept.head()[1]), nullptr);
  kept = {};
  EXPECT_EQ(destroyed, 1);
}

TEST(Resource, IsFoundInItsReferenceAlone) {
  int destroyed = 0;
  const reference name{1, 0, {}};
  const term made = resource_reference(name, std::make_unique<noted>(destroyed));

  EXPECT_EQ(resource_of(name), nullptr);
  EXPECT_EQ(resource_of(1), nullptr);
  EXPECT_EQ(resource_of(tuple(made)), nullptr);
  EXPECT_EQ(resource_as<other>(made), nullptr);
  std::array<std::uint32_t, reference::words_max> words{};
  const std::size_t count = made.as_reference().words(words);
  const term name_alone = reference{std::span{words}.first(count), made.as_reference().home()};
  EXPECT_EQ(resource_of(name_alone), nullptr);
  EXPECT_EQ(name_alone, made);
  EXPECT_EQ(hash(name_alone), hash(made));
}

} // namespace
} // namespace agner
