# SPDX-License-Identifier: Apache-2.0
# Compiler and linker settings that every target of the project shares.

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

# Warnings are private to our own targets; a user of the library sees none of them.
# Not here: -Wsign-conversion, which on byte-level code asks for so many casts that they hide the ones that matter.
add_library(agner_settings INTERFACE)
target_compile_options(agner_settings INTERFACE
  -Wall -Wextra -Wpedantic
  -Wshadow -Wconversion -Wcast-qual -Wformat=2 -Wnon-virtual-dtor -Wold-style-cast -Woverloaded-virtual -Wundef
  # Options are aggregates of which a caller names what he wants: ssl::listen(9999, {.certfile = "cert.pem"}).
  -Wno-missing-field-initializers
  $<$<BOOL:${AGNER_WARNINGS_AS_ERRORS}>:-Werror>)

# The standard library checks its own preconditions wherever assertions are on.
add_compile_definitions($<$<NOT:$<CONFIG:Release,MinSizeRel>>:_GLIBCXX_ASSERTIONS>)

if(AGNER_SANITIZE)
  add_compile_options(-fsanitize=${AGNER_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${AGNER_SANITIZE})
endif()

# For programs that spawn actors of CAF from functions without arguments: CAF then dereferences a null pointer to an empty tuple, which checks of the standard library and of the
# sanitizer for undefined behaviour would report.
add_library(agner_with_caf INTERFACE)
target_link_libraries(agner_with_caf INTERFACE CAF::core)
target_compile_options(agner_with_caf INTERFACE -U_GLIBCXX_ASSERTIONS)
if(AGNER_SANITIZE)
  target_compile_options(agner_with_caf INTERFACE -fno-sanitize=null)
endif()
