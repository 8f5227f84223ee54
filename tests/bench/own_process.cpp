// SPDX-License-Identifier: Apache-2.0

#include "own_process.hpp"

#include <unistd.h>

#include <array>
#include <cstdio>
#include <memory>
#include <string>

namespace agner::bench {

std::size_t resident_bytes() {
  std::size_t total_pages = 0;
  std::size_t resident_pages = 0;
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> from{std::fopen("/proc/self/statm", "r"), std::fclose};
  if (!from || std::fscanf(from.get(), "%zu %zu", &total_pages, &resident_pages) != 2) return 0; // NOLINT(cert-err34-c)
  return resident_pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

std::vector<double> measure_in_own_process(const char* argument, std::size_t count) {
  std::array<char, 4096> self{};
  if (readlink("/proc/self/exe", self.data(), self.size() - 1) < 0) return {};
  const std::string command = "'" + std::string{self.data()} + "' " + argument;
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> from{popen(command.c_str(), "r"),
                                                             pclose}; // NOLINT(cert-env33-c)
  std::vector<double> numbers(count);
  for (double& each : numbers)
    if (!from || std::fscanf(from.get(), "%lf", &each) != 1) return {}; // NOLINT(cert-err34-c)
  return numbers;
}

} // namespace agner::bench
