// SPDX-License-Identifier: Apache-2.0
// A thing of C++ that terms can hold: a reference that owns it, as OTP's "magic" references do. It lives until the last term with that reference is gone, on whatever
// thread that happens. Mechanism: docs/terms.md.

#pragma once

#include <memory>

#include "reference.hpp"

namespace agner {

class resource {
public:
  resource() = default;
  resource(const resource&) = delete;
  resource& operator=(const resource&) = delete;
  virtual ~resource() = default;
};

/// A reference with the number of @p fresh, which is used for nothing else, that owns @p what. It may be sent anywhere; on another node, and when it comes back from there,
/// it is a mere name.
[[nodiscard]] reference resource_reference(const reference& fresh, std::unique_ptr<resource> what);

/// What @p of owns; null where it is no such reference. Valid while a term with the reference lives. @context any thread
[[nodiscard]] resource* resource_of(const term& of) noexcept;

/// The same as a @p T; null where it owns nothing or something else.
template <class T>
[[nodiscard]] T* resource_as(const term& of) noexcept {
  return dynamic_cast<T*>(resource_of(of));
}

} // namespace agner
