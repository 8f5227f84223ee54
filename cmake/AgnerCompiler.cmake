# SPDX-License-Identifier: Apache-2.0
# Compiler and linker settings that every target of the project shares.

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

# Private settings of our own targets; never part of what a user of the library sees.
add_library(agner_settings INTERFACE)
target_compile_options(agner_settings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor -Wold-style-cast -Woverloaded-virtual -Wimplicit-fallthrough
  $<$<BOOL:${AGNER_WARNINGS_AS_ERRORS}>:-Werror>)

if(AGNER_SANITIZE)
  add_compile_options(-fsanitize=${AGNER_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${AGNER_SANITIZE})
endif()
