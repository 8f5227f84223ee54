// SPDX-License-Identifier: Apache-2.0
// What is shown at the end, and whether all went as it should. Pure.

#pragma once

#include <string>
#include <vector>

#include "messages.hpp"
#include "refusal.hpp"

namespace word_count {

/// Everything that is not as the word count promises: a sentence each.
/// @param refused  whom the coordinator's node kept out
std::vector<std::string> faults_of(const account& of, const std::vector<refusal>& refused);

/// Nodes, files, words, seconds, who was killed and who was refused.
std::string table_of(const account& of, const std::vector<refusal>& refused);

} // namespace word_count
