// SPDX-License-Identifier: Apache-2.0
// Refuses compilers that are known to build wrong programs out of coroutines. The lowest public headers include it.
//
// GCC before 13 destroys temporaries twice in full expressions that hold a co_await (GCC bugs 99576, 100611, 101367, 101976).
// On Debian 12: apt-get install clang-19, then configure with -DCMAKE_CXX_COMPILER=clang++-19.

#pragma once

#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 13
#error "agner: GCC before 13 destroys temporaries twice around a co_await; use clang 19, or GCC 13 or later"
#endif
