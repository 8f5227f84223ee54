# SPDX-License-Identifier: Apache-2.0
# The target tidy: clang-tidy 19 over every source of the build tree, with the checks of .clang-tidy.

find_program(AGNER_RUN_CLANG_TIDY run-clang-tidy-19)
mark_as_advanced(AGNER_RUN_CLANG_TIDY)

if(AGNER_RUN_CLANG_TIDY)
  # Sources only: the build tree also compiles each header alone.
  add_custom_target(tidy
    COMMAND ${AGNER_RUN_CLANG_TIDY} -quiet -p ${PROJECT_BINARY_DIR} "^${PROJECT_SOURCE_DIR}/(runtime|actors|tls|dist|tests|examples)/"
    COMMENT "clang-tidy over every source" VERBATIM USES_TERMINAL)
endif()
