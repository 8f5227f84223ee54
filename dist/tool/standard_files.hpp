// SPDX-License-Identifier: Apache-2.0
// Standard input, output and error of a program that may be started without them. Called first in main, before anything opens a file.

#pragma once

namespace agner::tool {

/// Opens /dev/null in place of each that is closed: else the next socket would be standard output, and its peer get what is printed.
void open_standard_files() noexcept;

} // namespace agner::tool
