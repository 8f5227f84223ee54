// SPDX-License-Identifier: Apache-2.0

#include "posix_reason.hpp"

#include <cerrno>
#include <cstring>

#include <algorithm>
#include <array>
#include <cctype>
#include <string>
#include <system_error>

namespace agner {

namespace {

// Linux numbers its errors from 1 to 133.
constexpr int errors_max = 256;

// Two names of one number: Erlang says these.
const char* preferred(int number) noexcept {
  if (number == EAGAIN) return "EAGAIN";
  if (number == ENOTSUP) return "EOPNOTSUPP";
  return strerrorname_np(number);
}

} // namespace

atom posix_reason(int number) {
  const char* const name = preferred(number);
  if (name == nullptr) return "unknown"_atom;
  std::string small{name};
  std::ranges::transform(small, small.begin(), [](char c) { return static_cast<char>(std::tolower(c)); });
  return atom{small};
}

std::string posix_text(atom reason) {
  for (int number = 1; number < errors_max; ++number)
    if (strerrorname_np(number) != nullptr && posix_reason(number) == reason)
      return std::generic_category().message(number);
  return {};
}

} // namespace agner
