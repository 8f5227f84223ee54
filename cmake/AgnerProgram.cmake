# SPDX-License-Identifier: Apache-2.0
# A program that uses agner: the agner tool, an example, a peer of the interop tests, the benchmarks. It is built as bin/NAME.
#
#   agner_program(NAME
#     INSTALL  goes into the package
#     SOURCES  .cpp files
#     LINKS    further targets)

function(agner_program name)
  cmake_parse_arguments(PARSE_ARGV 1 program "INSTALL" "" "SOURCES;LINKS")
  if(program_UNPARSED_ARGUMENTS OR NOT program_SOURCES)
    message(FATAL_ERROR "agner_program(${name}): unknown arguments or no sources: ${program_UNPARSED_ARGUMENTS}")
  endif()
  add_executable(${name} ${program_SOURCES})
  target_link_libraries(${name} PRIVATE agner_settings agner::agner ${program_LINKS})
  if(program_INSTALL)
    install(TARGETS ${name})
  endif()
endfunction()
