// SPDX-License-Identifier: Apache-2.0

#include "standard_files.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <initializer_list>

namespace agner::tool {

void open_standard_files() noexcept {
  for (const int file : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (::fcntl(file, F_GETFD) < 0) ::open("/dev/null", file == STDIN_FILENO ? O_RDONLY : O_WRONLY); // gets the lowest
}

} // namespace agner::tool
