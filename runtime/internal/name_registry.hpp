// SPDX-License-Identifier: Apache-2.0
// Registered names of one node. Any thread; a process has one name at most and loses it when it ends.

#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "../error.hpp"
#include "../identifiers.hpp"

namespace agner::internal {

class name_registry {
public:
  name_registry();
  ~name_registry();

  /// @errors `badarg`  the name or the process is taken, or the name is `undefined`
  result<> add(atom name, const pid& of);
  /// @errors `badarg`  nobody has the name
  result<> remove(atom name);
  /// Forgets the name of an ended process.
  void forget(const pid& ended) noexcept;
  [[nodiscard]] std::optional<pid> find(atom name) const noexcept;
  [[nodiscard]] std::optional<atom> name_of(const pid& p) const;
  [[nodiscard]] std::vector<atom> names() const;

private:
  struct tables;
  std::unique_ptr<tables> tables_;
};

} // namespace agner::internal
