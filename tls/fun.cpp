// SPDX-License-Identifier: Apache-2.0

#include "fun.hpp"

#include <atomic>

namespace agner::ssl {

reference internal::name_of_fun(std::unique_ptr<fun_body> body) {
  static std::atomic<std::uint64_t> names{0};
  // No node has this name, so no reference of a node is equal.
  static const incarnation home{"ssl_fun"_atom, 0};
  return resource_reference(reference{names.fetch_add(1, std::memory_order_relaxed), 0, home}, std::move(body));
}

std::optional<fun> fun::of(const term& name) {
  auto* body = resource_as<internal::fun_body>(name);
  if (body == nullptr) return std::nullopt;
  return fun{name, *body};
}

} // namespace agner::ssl
