// SPDX-License-Identifier: Apache-2.0
// Reads the files in tests/dist/golden: lines of fields parted by tabs.

#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

namespace agner::test {

/// The lines of golden/@p name, each as its fields. Fails the test where there are none.
inline std::vector<std::vector<std::string>> golden_lines(const std::string& name) {
  std::vector<std::vector<std::string>> lines;
  std::ifstream file{AGNER_GOLDEN_DIR "/" + name};
  for (std::string line; std::getline(file, line);) {
    std::vector<std::string> fields;
    for (std::size_t at = 0; at <= line.size();) {
      const std::size_t end = std::min(line.find('\t', at), line.size());
      fields.push_back(line.substr(at, end - at));
      at = end + 1;
    }
    lines.push_back(std::move(fields));
  }
  EXPECT_FALSE(lines.empty()) << "no golden file " << name;
  return lines;
}

} // namespace agner::test
