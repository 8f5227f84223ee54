// SPDX-License-Identifier: Apache-2.0
// The files in golden/, which scripts beside them had OTP write.

#pragma once

#include <agner/runtime/term_text.hpp>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace agner::test {

inline std::string golden_text(const std::string& name) {
  std::ifstream file{std::string{AGNER_GOLDEN_DIR} + '/' + name, std::ios::binary};
  std::ostringstream text;
  text << file.rdbuf();
  return std::move(text).str();
}

/// The terms of a file. Raises badmatch where it cannot be read.
inline std::vector<term> golden_terms(const std::string& name) { return must(parse_terms(golden_text(name))); }

} // namespace agner::test
