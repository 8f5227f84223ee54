// SPDX-License-Identifier: Apache-2.0

#include <agner/dist/internal/peer_bonds.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "wire.hpp"

namespace agner::dist::internal {
namespace {

using test::pid_of;
using test::reference_of;
using testing::UnorderedElementsAre;

const pid local = pid_of("here@host", 1);
const pid remote = pid_of("peer@host", 2);

struct dissolved {
  std::vector<std::pair<pid, pid>> links;
  std::vector<std::pair<reference, pid>> monitors;
  std::vector<std::pair<reference, pid>> watched;
};

dissolved all_of(peer_bonds& bonds) {
  dissolved all;
  bonds.dissolve([&](const pid& ours, const pid& theirs) { all.links.emplace_back(ours, theirs); },
                 [&](const reference& ref, const pid& watcher) { all.monitors.emplace_back(ref, watcher); },
                 [&](const reference& ref, const pid& target) { all.watched.emplace_back(ref, target); });
  return all;
}

TEST(PeerBonds, AreGivenOutOnce) {
  peer_bonds bonds;
  bonds.add_link(local, remote);
  bonds.add_monitor(reference_of("here@host", 1), local);
  bonds.add_watched(reference_of("peer@host", 2), local);
  EXPECT_EQ(bonds.size(), 3U);

  const dissolved all = all_of(bonds);

  EXPECT_THAT(all.links, UnorderedElementsAre(std::pair{local, remote}));
  EXPECT_THAT(all.monitors, UnorderedElementsAre(std::pair{reference_of("here@host", 1), local}));
  EXPECT_THAT(all.watched, UnorderedElementsAre(std::pair{reference_of("peer@host", 2), local}));
  EXPECT_EQ(bonds.size(), 0U);
  EXPECT_TRUE(all_of(bonds).links.empty());
}

TEST(PeerBonds, ForgetWhatIsTakenBack) {
  peer_bonds bonds;
  bonds.add_link(local, remote);
  bonds.add_monitor(reference_of("here@host", 1), local);
  bonds.add_watched(reference_of("peer@host", 2), local);

  bonds.remove_link(local, remote);
  EXPECT_TRUE(bonds.remove_monitor(reference_of("here@host", 1)));
  EXPECT_EQ(bonds.remove_watched(reference_of("peer@host", 2)), local);

  EXPECT_EQ(bonds.size(), 0U);
  EXPECT_FALSE(bonds.remove_monitor(reference_of("here@host", 1)));
  EXPECT_EQ(bonds.remove_watched(reference_of("peer@host", 2)), std::nullopt);
}

TEST(PeerBonds, HoldALinkOnceAndMonitorsByTheirReferences) {
  peer_bonds bonds;
  bonds.add_link(local, remote);
  bonds.add_link(local, remote);
  bonds.add_monitor(reference_of("here@host", 1), local);
  bonds.add_monitor(reference_of("here@host", 2), local);

  EXPECT_EQ(bonds.size(), 3U);
}

TEST(PeerBonds, TellTheLivesOfANodeApart) {
  peer_bonds bonds;
  bonds.add_link(local, pid_of("peer@host", 2, 7));

  bonds.remove_link(local, pid_of("peer@host", 2, 8));

  EXPECT_EQ(bonds.size(), 1U);
}

} // namespace
} // namespace agner::dist::internal
