// SPDX-License-Identifier: Apache-2.0
// What checked_options holds: the settings that options mean, and what they are made into. Immutable; any thread.

#pragma once

#include <memory>

#include "../checked_options.hpp"
#include "context_cache.hpp"
#include "settings.hpp"

namespace agner::ssl::internal {

/// What others do for a connection while it shakes hands.
struct handshake_hooks {
  /// Somebody else decides about the peer's certificate: engine::awaits_decision.
  bool decision_awaited = false;
};

struct option_set {
  internal::settings settings;
  /// The list that was given, for options added to it later.
  term given;
  context_cache* contexts = nullptr;

  /// Checks @p given and reads its files. @errors `{options, _}`
  static result<std::shared_ptr<const option_set>> make(node& on, const term& given, role side);
  /// These options with @p more over them, as handshake gets them. @errors `{options, _}`
  [[nodiscard]] result<std::shared_ptr<const option_set>> with(const term& more) const;

  /// The context of a connection. @errors `{options, _}`  a file has changed and cannot be used any more
  [[nodiscard]] result<std::shared_ptr<const context>> context_for(const handshake_hooks& hooks) const;
};

} // namespace agner::ssl::internal
