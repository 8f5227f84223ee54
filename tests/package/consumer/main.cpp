// SPDX-License-Identifier: Apache-2.0

#include <agner/runtime/toolchain.hpp>

int main() {}
