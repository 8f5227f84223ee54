// SPDX-License-Identifier: Apache-2.0
// The labels of one node's processes, where others than their owners may look: who reports that a process holds its worker cannot ask it. Any thread.

#pragma once

#include <memory>
#include <optional>

#include "../identifiers.hpp"
#include "../term.hpp"

namespace agner {
class node;
}

namespace agner::internal {

/// A service of the node, made when the first process gets a label.
class label_table {
public:
  explicit label_table(node&);
  ~label_table();
  label_table(const label_table&) = delete;
  label_table& operator=(const label_table&) = delete;

  void set(const pid& of, term label);
  [[nodiscard]] std::optional<term> find(const pid& of) const;
  /// The process has ended.
  void forget(const pid& ended) noexcept;

private:
  struct labels;
  std::unique_ptr<labels> labels_;
};

} // namespace agner::internal
