// SPDX-License-Identifier: Apache-2.0
// The subcommands of the agner program, each from its words to its exit code. They write to standard output what docs/agner-program.md names, and to standard error why they fail.

#pragma once

#include <string>
#include <vector>

namespace agner::tool {

using words = std::vector<std::string>;

inline constexpr int exit_success = 0;
inline constexpr int exit_failure = 1;

/// Runs a node until SIGTERM.
int run_node(const words& flags);
/// Asks whether @p node answers.
int run_ping(const std::string& node, const words& flags);
/// gen_server call of the text @p request to what is registered as @p name on @p node.
int run_call(const std::string& node, const std::string& name, const std::string& request, const words& flags);
/// Lists what epmd knows.
int run_names();
/// Makes certificates in @p folder.
int run_certs(const std::string& folder, const words& nodes);

/// @p line and its end on standard output, at once. @errors throws std::system_error  it cannot be written
void print_line(const std::string& line);
/// `agner: WHY` on standard error. @returns exit_failure
int complain(const std::string& why);

} // namespace agner::tool
