# SPDX-License-Identifier: Apache-2.0
# The package file: after an install, find_package(agner) gives agner::agner and one target a layer.

include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(AGNER_INSTALL_CMAKE_DIR "${CMAKE_INSTALL_LIBDIR}/cmake/agner")

install(TARGETS agner_all EXPORT agner_targets)
install(EXPORT agner_targets NAMESPACE agner:: FILE agnerTargets.cmake DESTINATION "${AGNER_INSTALL_CMAKE_DIR}")

configure_package_config_file(cmake/agnerConfig.cmake.in "${PROJECT_BINARY_DIR}/agnerConfig.cmake"
  INSTALL_DESTINATION "${AGNER_INSTALL_CMAKE_DIR}" NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file("${PROJECT_BINARY_DIR}/agnerConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(FILES
  "${PROJECT_BINARY_DIR}/agnerConfig.cmake"
  "${PROJECT_BINARY_DIR}/agnerConfigVersion.cmake"
  cmake/FindCAF.cmake
  DESTINATION "${AGNER_INSTALL_CMAKE_DIR}")
install(FILES LICENSE DESTINATION "${CMAKE_INSTALL_DOCDIR}")
