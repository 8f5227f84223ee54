// SPDX-License-Identifier: Apache-2.0
// What checked_options holds: the settings that options mean, and what they are made into. Immutable; any thread.

#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "../checked_options.hpp"
#include "context_cache.hpp"
#include "settings.hpp"
#include "verifier.hpp"

namespace agner::ssl::internal {

/// What others do for a connection while it shakes hands.
struct handshake_hooks {
  /// Somebody else decides about the peer's certificate: engine::awaits_decision.
  bool decision_awaited = false;
  /// Who decides validates the chain too.
  bool validated_later = false;
};

struct option_set {
  internal::settings settings;
  /// The list that was given, for options added to it later.
  term given;
  context_cache* contexts = nullptr;
  /// Of sni_hosts, checked with the rest.
  struct host {
    std::string name;
    std::shared_ptr<const option_set> options;
  };
  std::vector<host> hosts = {};

  /// Checks @p given and reads its files. @errors `{options, _}`
  static result<std::shared_ptr<const option_set>> make(node& on, const term& given, role side);
  /// These options with @p more over them, as handshake gets them. @errors `{options, _}`
  [[nodiscard]] result<std::shared_ptr<const option_set>> with(const term& more) const;

  /// The same for what sni_fun gave: no name is looked up again.
  [[nodiscard]] result<std::shared_ptr<const option_set>> chosen(const term& more) const;
  /// Who decides about peers besides OpenSSL; empty: nobody.
  [[nodiscard]] verifier decides() const;
  /// The options of a host by sni_hosts; null where it has none of its own. Names are compared without regard to case.
  [[nodiscard]] std::shared_ptr<const option_set> for_host(std::string_view name) const;
  /// Options wait for the name that the client asks for.
  [[nodiscard]] bool awaits_name() const noexcept { return !hosts.empty() || settings.server_names.choice; }

  /// The context of a connection. @errors `{options, _}`  a file has changed and cannot be used any more
  [[nodiscard]] result<std::shared_ptr<const context>> context_for(const handshake_hooks& hooks) const;
};

} // namespace agner::ssl::internal
