// SPDX-License-Identifier: Apache-2.0
// Why a node did not start, in words: the reasons that node_options::from_args and the node raise. Any thread.

#pragma once

#include <exception>
#include <string>

namespace agner::tool {

/// One line without its end: what is wrong, and where; a reason that nobody put into words as Erlang's text.
std::string start_fault(const std::exception& of);

} // namespace agner::tool
