# SPDX-License-Identifier: Apache-2.0
# Installs the build tree BUILD into an empty PREFIX. Private headers must not be in it.

file(REMOVE_RECURSE "${PREFIX}")
execute_process(COMMAND "${CMAKE_COMMAND}" --install "${BUILD}" --prefix "${PREFIX}" OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)

file(GLOB_RECURSE private_files "${PREFIX}/*/internal/*")
if(private_files)
  message(FATAL_ERROR "private headers were installed: ${private_files}")
endif()
if(NOT EXISTS "${PREFIX}/include/agner/runtime/toolchain.hpp")
  message(FATAL_ERROR "no headers were installed")
endif()
