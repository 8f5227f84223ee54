// SPDX-License-Identifier: Apache-2.0

#include <agner/dist/flags.hpp>

#include <gtest/gtest.h>

#include <set>

namespace agner::dist {
namespace {

TEST(Flags, DemandsWhatOtp25Demands) {
  EXPECT_EQ(demanded_flags().bits, 0x1070F94U); // erts_internal:get_dflags() of OTP 25.2.3
}

TEST(Flags, OffersAllThatAnyOtpDemands) {
  constexpr std::uint64_t otp_26 = 0x1070F94U | 0x200'0000U | 0x4'0000'0000U; // and UNLINK_ID and V4_NC
  constexpr std::uint64_t otp_27 = otp_26 | 0x400'0000U;                      // and the digest

  EXPECT_TRUE(offered_flags().contains({otp_27}));
}

TEST(Flags, OffersNothingThatIsNotHandled) {
  for (const flag f : {flag::published, flag::atom_cache, flag::hidden_atom_cache, flag::dist_hdr_atom_cache,
                       flag::name_me, flag::unicode_io})
    EXPECT_FALSE(offered_flags().has(f)) << names_of({static_cast<std::uint64_t>(f)});
}

TEST(Flags, OffersWhatItDemands) { EXPECT_TRUE(offered_flags().contains(demanded_flags())); }

TEST(Flags, EveryRowIsOneBitOfItsOwn) {
  std::set<std::uint64_t> bits;
  for (const flag_row& row : flag_table) {
    const auto bit = static_cast<std::uint64_t>(row.bit);
    EXPECT_EQ(bit & (bit - 1), 0U) << row.name;
    EXPECT_TRUE(bits.insert(bit).second) << row.name;
  }
}

TEST(Flags, TheDigestStandsForTheMandatoryFlags) {
  EXPECT_TRUE(expand_digest(flag_set{}.with(flag::mandatory_25_digest)).contains(demanded_flags()));
  EXPECT_EQ(expand_digest(flag_set{5}).bits, 5U);
}

TEST(Flags, HaveNamesForErrors) {
  EXPECT_EQ(names_of(flag_set{}.with(flag::map_tag).with(flag::alias)), "MAP_TAG ALIAS");
  EXPECT_EQ(names_of({1ULL << 63U}), "bit 63");
  EXPECT_EQ(names_of({}), "");
}

} // namespace
} // namespace agner::dist
