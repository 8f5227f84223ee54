# SPDX-License-Identifier: Apache-2.0
# One static library a layer.
#
#   agner_layer(NAME
#     HEADERS  public headers, installed              (explicit lists, relative to the layer's folder)
#     SOURCES  .cpp files, also those of internal/
#     HOT      those of SOURCES that call each other for every message: a release build compiles them as one, so that calls between them can be inlined
#     USES     layers below, linked PUBLIC            (runtime, actors)
#     LINKS    third-party targets, linked PRIVATE)
#
# A layer without SOURCES is an INTERFACE library until its first source lands.

# <agner/runtime/term.hpp> in the build tree: a link named agner to the source tree.
set(AGNER_BUILD_INCLUDE_DIR "${PROJECT_BINARY_DIR}/include")
file(MAKE_DIRECTORY "${AGNER_BUILD_INCLUDE_DIR}")
file(CREATE_LINK "${PROJECT_SOURCE_DIR}" "${AGNER_BUILD_INCLUDE_DIR}/agner" SYMBOLIC)

function(agner_layer name)
  cmake_parse_arguments(PARSE_ARGV 1 layer "" "" "HEADERS;SOURCES;HOT;USES;LINKS")
  if(layer_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "agner_layer(${name}): unknown arguments ${layer_UNPARSED_ARGUMENTS}")
  endif()

  set(target agner_${name})
  if(layer_SOURCES)
    add_library(${target} STATIC ${layer_SOURCES})
    set(scope PUBLIC)
    target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:agner_settings> ${layer_LINKS})
    if(layer_HOT AND CMAKE_BUILD_TYPE STREQUAL "Release")
      set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
      set_source_files_properties(${layer_HOT} PROPERTIES UNITY_GROUP hot)
    endif()
  else()
    add_library(${target} INTERFACE)
    set(scope INTERFACE)
  endif()
  add_library(agner::${name} ALIAS ${target})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${name})
  target_compile_features(${target} ${scope} cxx_std_23)

  list(TRANSFORM layer_HEADERS PREPEND "${AGNER_BUILD_INCLUDE_DIR}/agner/${name}/")
  target_sources(${target} ${scope} FILE_SET HEADERS BASE_DIRS "${AGNER_BUILD_INCLUDE_DIR}" FILES ${layer_HEADERS})
  list(TRANSFORM layer_USES PREPEND "agner::")
  target_link_libraries(${target} ${scope} ${layer_USES})

  install(TARGETS ${target} EXPORT agner_targets FILE_SET HEADERS)
endfunction()
