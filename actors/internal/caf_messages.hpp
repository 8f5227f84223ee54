// SPDX-License-Identifier: Apache-2.0
// Messages of CAF as terms and back, where no type says what they are. Any thread. Rules: docs/caf.md.

#pragma once

#include <caf/message.hpp>
#include <caf/type_erased_tuple.hpp>

#include <expected>
#include <string>

#include "../../runtime/term.hpp"
#include "../caf_interop.hpp"

namespace agner::internal {

/// The term that @p message is. @errors a sentence that names the element without a term, and its type
std::expected<term, std::string> caf_message_to_term(caf_bridge_core& at, const caf::type_erased_tuple& message);

/// The message that @p from is for an actor of which nothing is known.
caf::message term_to_caf_message(caf_bridge_core& at, const term& from);

} // namespace agner::internal
