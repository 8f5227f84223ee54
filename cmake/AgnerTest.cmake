# SPDX-License-Identifier: Apache-2.0
# One GoogleTest program a layer and label; ctest knows each case as LAYER/Suite.Case.
#
#   agner_test_executable(LAYER
#     LABEL      unit | conformance | interop | cluster   (default: unit)
#     SANITIZED  runs under the sanitizers too            (unit tests always do)
#     WHOLE      one ctest test for the whole program     (default: one for each case, each in a process of its own)
#     SOURCES    *_test.cpp files
#     LINKS      further targets
#     LOCK       names of resources that no two tests may use at once, such as epmd's port
#     TIMEOUT    seconds a test may take                  (default: 120; three times as many under a sanitizer))
#
# The program is LAYER_tests for label unit and where the label is LAYER, LAYER_LABEL_tests for any other. No SOURCES, no program. A test finds the programs of the
# release preset in the folder that the environment variable AGNER_PROGRAMS names.

set(AGNER_PROGRAMS "${PROJECT_SOURCE_DIR}/build/release/bin" CACHE PATH "Where tests find the programs of INTERFACES: the release preset's bin")

# Every test's environment: sanitizers stop at the first report, look for what they do not look for by default, and name functions and lines.
find_program(AGNER_SYMBOLIZER llvm-symbolizer-19)
mark_as_advanced(AGNER_SYMBOLIZER)
set(symbolizer)
if(AGNER_SYMBOLIZER)
  set(symbolizer ":external_symbolizer_path=${AGNER_SYMBOLIZER}")
endif()
set(AGNER_TEST_ENVIRONMENT
  "AGNER_PROGRAMS=${AGNER_PROGRAMS}"
  "ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1:check_initialization_order=1${symbolizer}"
  "UBSAN_OPTIONS=print_stacktrace=1${symbolizer}"
  "TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1:suppressions=${PROJECT_SOURCE_DIR}/tests/support/thread_sanitizer_suppressions.txt${symbolizer}")

function(agner_test_executable layer)
  cmake_parse_arguments(PARSE_ARGV 1 test "SANITIZED;WHOLE" "LABEL;TIMEOUT" "SOURCES;LINKS;LOCK")
  if(test_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "agner_test_executable(${layer}): unknown arguments ${test_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT test_LABEL)
    set(test_LABEL unit)
  endif()
  if(NOT AGNER_BUILD_TESTS OR NOT test_SOURCES OR (AGNER_SANITIZE AND NOT test_SANITIZED AND NOT test_LABEL STREQUAL "unit"))
    return()
  endif()
  if(NOT test_TIMEOUT)
    set(test_TIMEOUT 120)
  endif()
  if(AGNER_SANITIZE)
    math(EXPR test_TIMEOUT "3 * ${test_TIMEOUT}")
  endif()

  set(target ${layer}_tests)
  if(NOT test_LABEL STREQUAL "unit" AND NOT test_LABEL STREQUAL layer)
    set(target ${layer}_${test_LABEL}_tests)
  endif()
  add_executable(${target} ${test_SOURCES})
  target_link_libraries(${target} PRIVATE agner_settings agner::test_support ${test_LINKS} GTest::gmock GTest::gtest_main)
  if(TARGET agner::${layer})
    target_link_libraries(${target} PRIVATE agner::${layer})
  endif()

  if(test_WHOLE)
    add_test(NAME ${layer}/${test_LABEL} COMMAND ${target})
    set_tests_properties(${layer}/${test_LABEL} PROPERTIES
      LABELS ${test_LABEL} TIMEOUT ${test_TIMEOUT} RESOURCE_LOCK "${test_LOCK}" ENVIRONMENT "${AGNER_TEST_ENVIRONMENT}")
    return()
  endif()

  # gtest_discover_tests takes no lists as values of properties, so they come from a file that ctest reads after the one it writes.
  gtest_discover_tests(${target} TEST_PREFIX "${layer}/" DISCOVERY_MODE PRE_TEST TEST_LIST ${target}_cases)
  set(properties "${CMAKE_CURRENT_BINARY_DIR}/${target}_properties.cmake")
  file(WRITE "${properties}"
    "if(${target}_cases)\n  set_tests_properties(\${${target}_cases} PROPERTIES\n    LABELS ${test_LABEL}\n    TIMEOUT ${test_TIMEOUT}\n"
    "    RESOURCE_LOCK \"${test_LOCK}\"\n    ENVIRONMENT \"${AGNER_TEST_ENVIRONMENT}\")\nendif()\n")
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES "${properties}")
endfunction()

# A fuzzer: one source with LLVMFuzzerTestOneInput, run for AGNER_FUZZ_SECONDS. Its seeds are the files in tests/fuzz/corpus/NAME, if there are any.
#
#   agner_fuzzer(NAME SOURCES ... LINKS ... [LENGTH_MAX bytes])
set(AGNER_FUZZ_SECONDS 10 CACHE STRING "How long ctest runs each fuzzer")

function(agner_fuzzer name)
  cmake_parse_arguments(PARSE_ARGV 1 fuzz "" "LENGTH_MAX" "SOURCES;LINKS")
  if(fuzz_UNPARSED_ARGUMENTS OR NOT fuzz_SOURCES)
    message(FATAL_ERROR "agner_fuzzer(${name}): unknown arguments or no sources: ${fuzz_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT fuzz_LENGTH_MAX)
    set(fuzz_LENGTH_MAX 4096)
  endif()

  set(target fuzz_${name})
  add_executable(${target} ${fuzz_SOURCES})
  target_link_libraries(${target} PRIVATE agner_settings ${fuzz_LINKS})
  target_link_options(${target} PRIVATE -fsanitize=fuzzer)

  set(found "${CMAKE_CURRENT_BINARY_DIR}/found/${name}")
  file(MAKE_DIRECTORY "${found}")
  set(seeds "${CMAKE_CURRENT_SOURCE_DIR}/corpus/${name}")
  if(NOT EXISTS "${seeds}")
    set(seeds)
  endif()
  math(EXPR timeout "${AGNER_FUZZ_SECONDS} + 120")
  add_test(NAME fuzz/${name} COMMAND ${target}
    -max_total_time=${AGNER_FUZZ_SECONDS} -max_len=${fuzz_LENGTH_MAX} -timeout=10 -rss_limit_mb=2048 -print_final_stats=1
    -artifact_prefix=${CMAKE_CURRENT_BINARY_DIR}/${name}- ${found} ${seeds})
  set_tests_properties(fuzz/${name} PROPERTIES LABELS fuzz TIMEOUT ${timeout} ENVIRONMENT "${AGNER_TEST_ENVIRONMENT}")
endfunction()

# A test that is a command: a script, or CMake itself. It looks at sources, so it does not run under the sanitizers.
#
#   agner_script_test(NAME COMMAND ... [LABEL unit] [TIMEOUT 120] [LOCK ...])
function(agner_script_test name)
  cmake_parse_arguments(PARSE_ARGV 1 test "" "LABEL;TIMEOUT" "COMMAND;LOCK")
  if(test_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "agner_script_test(${name}): unknown arguments ${test_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT AGNER_BUILD_TESTS OR AGNER_SANITIZE)
    return()
  endif()
  if(NOT test_LABEL)
    set(test_LABEL unit)
  endif()
  if(NOT test_TIMEOUT)
    set(test_TIMEOUT 120)
  endif()
  add_test(NAME ${name} COMMAND ${test_COMMAND})
  set_tests_properties(${name} PROPERTIES
    LABELS ${test_LABEL} TIMEOUT ${test_TIMEOUT} RESOURCE_LOCK "${test_LOCK}" ENVIRONMENT "${AGNER_TEST_ENVIRONMENT}")
endfunction()
