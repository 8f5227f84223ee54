// SPDX-License-Identifier: Apache-2.0
// What is wrong with options: one entry a fault, all of them in one reason, and a sentence for each that says what would be right.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "../../runtime/error.hpp"

namespace agner::ssl::internal {

/// {Option, Value, Why}. Why is one of
///   {expected, Text}       the value has another form; Text says which
///   {error, Posix}         the file cannot be read
///   {file, Text}           the file holds something else; Text says what and what it should hold
///   {missing, Option}      the value needs another option
///   {role, client|server}  the option belongs to the other side
///   not_supported_yet      an option of Erlang's ssl that agner does not have
///   {unknown, Text}        no option of that name; Text proposes one or is empty
class option_faults {
public:
  void add(term option, term value, term why);
  void expected(atom option, term value, std::string_view what);
  /// As expected, but the value is a secret and stays out of the reason.
  void expected_secret(atom option, std::string_view what);
  void unreadable(atom option, const std::string& path, int posix);
  void bad_file(atom option, const std::string& path, std::string_view text);

  [[nodiscard]] bool empty() const noexcept { return faults_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return faults_.size(); }

  /// `{options, {Option, Value, Why}}`, or `{options, [{Option, Value, Why}, ...]}` where there are several.
  [[nodiscard]] error reason() const;

private:
  std::vector<term> faults_;
};

/// The sentence for one {Option, Value, Why}; other terms are printed as they are.
std::string fault_sentence(const term& fault);

} // namespace agner::ssl::internal
