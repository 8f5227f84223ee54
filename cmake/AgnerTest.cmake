# SPDX-License-Identifier: Apache-2.0
# One GoogleTest program a layer and label; ctest knows each case as LAYER/Suite.Case.
#
#   agner_test_executable(LAYER
#     LABEL    unit | conformance | interop | cluster   (default: unit)
#     SOURCES  *_test.cpp files
#     LINKS    further targets
#     TIMEOUT  seconds a case may take                  (default: 60))
#
# The program is LAYER_tests for label unit, LAYER_LABEL_tests for any other. No SOURCES, no program.

function(agner_test_executable layer)
  cmake_parse_arguments(PARSE_ARGV 1 test "" "LABEL;TIMEOUT" "SOURCES;LINKS")
  if(test_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "agner_test_executable(${layer}): unknown arguments ${test_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT test_SOURCES)
    return()
  endif()
  if(NOT test_LABEL)
    set(test_LABEL unit)
  endif()
  if(NOT test_TIMEOUT)
    set(test_TIMEOUT 60)
  endif()

  set(target ${layer}_tests)
  if(NOT test_LABEL STREQUAL "unit")
    set(target ${layer}_${test_LABEL}_tests)
  endif()
  add_executable(${target} ${test_SOURCES})
  target_link_libraries(${target} PRIVATE agner_settings agner::test_support agner::${layer} ${test_LINKS} GTest::gmock GTest::gtest_main)
  gtest_discover_tests(${target} TEST_PREFIX "${layer}/" DISCOVERY_MODE PRE_TEST PROPERTIES LABELS ${test_LABEL} TIMEOUT ${test_TIMEOUT})
endfunction()
