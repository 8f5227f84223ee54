// SPDX-License-Identifier: Apache-2.0
// `-kernel KEY VALUE` and `-ssl KEY VALUE`: which keys there are and what they do to a node. Pure; any thread.

#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "../node_arguments.hpp"

namespace agner::internal {

class application_values {
public:
  /// What is read goes to @p into, what is wrong to @p faults.
  application_values(node_arguments& into, std::vector<flag_fault>& faults) : into_(into), faults_(faults) {}

  /// The values of one flag, `KEY VALUE KEY VALUE`.
  void read(const std::string& application, std::span<const std::string> words);
  /// After all flags: what can only be checked together.
  void finish();

private:
  void read_pair(const std::string& application, const std::string& key, const std::string& text);
  void use_kernel(std::string_view key, const term& value);
  void fault(const std::string& key, std::string why, std::string right);
  template <class T>
  void number(std::string_view key, const term& value, std::int64_t least, std::int64_t most, T& into);
  void boolean(std::string_view key, const term& value, bool& into);
  void address(const term& value);
  void level(const term& value);
  void connect(const term& value);

  node_arguments& into_;
  std::vector<flag_fault>& faults_;
  std::optional<std::uint16_t> port_min_;
  std::optional<std::uint16_t> port_max_;
};

/// The word of @p among that @p word may be a slip of the pen for.
std::optional<std::string_view> nearest(std::string_view word, std::span<const std::string_view> among);

} // namespace agner::internal
