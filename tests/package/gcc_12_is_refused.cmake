# SPDX-License-Identifier: Apache-2.0
# Debian 12's own compiler builds wrong programs out of coroutines: configuring with it, and including a public header, must say so.

find_program(gcc_12 g++-12 REQUIRED)

function(must_be_refused what output result)
  if(result EQUAL 0)
    message(FATAL_ERROR "${what} succeeds with ${gcc_12}")
  endif()
  string(REGEX REPLACE "[ \n]+" " " output "${output}")
  foreach(expected IN ITEMS "co_await" "GCC before 13" "clang 19")
    string(FIND "${output}" "${expected}" found)
    if(found EQUAL -1)
      message(FATAL_ERROR "${what} fails without a word about \"${expected}\":\n${output}")
    endif()
  endforeach()
endfunction()

file(REMOVE_RECURSE "${BUILD}")
execute_process(COMMAND "${CMAKE_COMMAND}" -S "${SOURCE}" -B "${BUILD}" -G Ninja "-DCMAKE_CXX_COMPILER=${gcc_12}"
  OUTPUT_QUIET ERROR_VARIABLE output RESULT_VARIABLE result)
must_be_refused("configuring" "${output}" "${result}")

execute_process(COMMAND "${gcc_12}" -std=c++23 -fsyntax-only -x c++ "${SOURCE}/runtime/toolchain.hpp" OUTPUT_QUIET ERROR_VARIABLE output RESULT_VARIABLE result)
must_be_refused("including runtime/toolchain.hpp" "${output}" "${result}")
