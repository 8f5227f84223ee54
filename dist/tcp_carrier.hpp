// SPDX-License-Identifier: Apache-2.0
// Distribution over plain TCP: anybody on the way reads and writes along; the cookie is all that keeps peers out. @erlang -proto_dist inet_tcp

#pragma once

#include <memory>

#include "carrier.hpp"

namespace agner::dist {

std::shared_ptr<carrier> tcp_carrier();

} // namespace agner::dist
