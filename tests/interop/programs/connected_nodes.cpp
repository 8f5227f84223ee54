// SPDX-License-Identifier: Apache-2.0

#include "connected_nodes.hpp"

#include <agner/dist/net_kernel.hpp>
#include <agner/runtime/struct_mapping.hpp>

namespace agner::interop {

term connected_nodes() { return to_term(nodes(node_type::connected)); }

} // namespace agner::interop
