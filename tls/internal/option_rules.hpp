// SPDX-License-Identifier: Apache-2.0
// What each option may be: one rule a name. Used by options_check only, which goes through the list and looks at options that need each other.

#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "cipher_suites.hpp"
#include "option_faults.hpp"
#include "role.hpp"
#include "settings.hpp"

namespace agner::ssl::internal {

/// What the rules write into while they go through the list.
struct checking {
  role side;
  settings made = {};
  option_faults& faults;
  bool verify_given = false;
  std::vector<const cipher_suite*> suites = {};
  bool suites_given = false;
};

struct rule {
  enum class sides : std::uint8_t { both, client, server };
  std::string_view name;
  sides belongs_to;
  void (*apply)(atom option, const term& value, checking& in);
};

/// Rules by topic: option_rules_peer.cpp, option_rules_protocol.cpp, option_rules_handshake.cpp.
std::span<const rule> peer_rules();
std::span<const rule> protocol_rules();
std::span<const rule> handshake_rules();

/// The rule for the option @p name; null where there is none.
const rule* rule_called(std::string_view name);

/// True for the names of OTP's options that agner does not have yet.
bool comes_later(std::string_view name);

/// The option whose name is nearest to @p name; empty where none is near.
std::string_view nearest_option(std::string_view name);

} // namespace agner::ssl::internal
