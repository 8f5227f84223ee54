// SPDX-License-Identifier: Apache-2.0
// What is logged, as lines for a person who watches several nodes at once.

#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "refusal.hpp"

namespace word_count {

/// The text on one line, any white space as one blank.
std::string one_line(std::string_view text);

/// From now on what is logged goes to standard error, each event one line after @p who, in place of the library's reports.
/// @returns what is said from now on about peers that were kept out
std::shared_ptr<refusals> watch_log(std::string who);

} // namespace word_count
