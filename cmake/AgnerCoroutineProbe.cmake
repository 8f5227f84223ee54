# SPDX-License-Identifier: Apache-2.0
# Refuses a compiler that builds wrong programs out of coroutines, whatever it calls itself: the probe is compiled and run.

if(CMAKE_CROSSCOMPILING)
  message(STATUS "Coroutine probe: not run, since this build is for another machine; runtime/toolchain.hpp refuses GCC before 13")
  return()
endif()

if(NOT DEFINED AGNER_COROUTINE_PROBE_RUNS)
  message(STATUS "Coroutine probe")
  try_run(AGNER_COROUTINE_PROBE_RUNS AGNER_COROUTINE_PROBE_COMPILES
    "${CMAKE_CURRENT_BINARY_DIR}/probes" "${CMAKE_CURRENT_LIST_DIR}/probes/coroutine_temporaries.cpp"
    CXX_STANDARD 20 CXX_STANDARD_REQUIRED ON
    COMPILE_OUTPUT_VARIABLE _probe_output)
  if(NOT AGNER_COROUTINE_PROBE_COMPILES)
    unset(AGNER_COROUTINE_PROBE_RUNS CACHE)
    message(FATAL_ERROR "agner: ${CMAKE_CXX_COMPILER} does not compile a C++20 coroutine:\n${_probe_output}")
  endif()
endif()

if(NOT AGNER_COROUTINE_PROBE_RUNS EQUAL 0)
  message(FATAL_ERROR
    "agner: this compiler destroys temporaries twice in expressions that hold a co_await, so programs would free memory twice.\n"
    "  compiler  ${CMAKE_CXX_COMPILER} (${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION})\n"
    "  reason    GCC before 13 does that: GCC bugs 99576, 100611, 101367 and 101976\n"
    "  remedy    use clang 19 (cmake --preset dev, or apt-get install clang-19 and -DCMAKE_CXX_COMPILER=clang++-19) or GCC 13 or later,\n"
    "            in a build directory of its own")
endif()
message(STATUS "Coroutine probe: temporaries in co_await expressions are destroyed once")
