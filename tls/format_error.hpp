// SPDX-License-Identifier: Apache-2.0
// Reasons of this layer as text.

#pragma once

#include <string>

#include "../runtime/error.hpp"

namespace agner::ssl {

/// Any reason that a function of ssl returns, as text: one sentence a fault, each with option, value, what is wrong and what would be right.
/// `{error, Reason}` is taken as Reason.
/// @context any thread
/// @erlang  ssl:format_error/1
/// @source  OTP 25 lib/ssl, ssl: format_error
std::string format_error(const term& reason);
std::string format_error(const error& of);

} // namespace agner::ssl
