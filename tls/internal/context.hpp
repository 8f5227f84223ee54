// SPDX-License-Identifier: Apache-2.0
// An SSL_CTX with everything that connections of equal options share: certificates, trust, versions, suites, fixed hooks. Immutable once made; any thread.

#pragma once

#include <memory>

#include "openssl_handles.hpp"
#include "option_faults.hpp"
#include "settings.hpp"

namespace agner::ssl::internal {

class context {
public:
  /// Reads the files that @p of names and makes a context of them; null where something cannot be used, with each fault added to @p faults.
  static std::shared_ptr<const context> make(const context_settings& of, option_faults& faults);

  context(context_ptr native, context_settings settings) noexcept
      : native_(std::move(native)), settings_(std::move(settings)) {}

  [[nodiscard]] SSL_CTX* native() const noexcept { return native_.get(); }
  /// What it was made from, without the password.
  [[nodiscard]] const context_settings& settings() const noexcept { return settings_; }

private:
  context_ptr native_;
  context_settings settings_;
};

} // namespace agner::ssl::internal
