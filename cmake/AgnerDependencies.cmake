# SPDX-License-Identifier: Apache-2.0
# Every third-party library the layers link. The package file asks for the same ones (AGNER_FIND_DEPENDENCIES, see AgnerInstall).

set(THREADS_PREFER_PTHREAD_FLAG ON)
set(AGNER_FIND_DEPENDENCIES "set(THREADS_PREFER_PTHREAD_FLAG ON)\n")

macro(agner_dependency)
  find_package(${ARGV} REQUIRED)
  string(REPLACE ";" " " _dependency "${ARGV}")
  string(APPEND AGNER_FIND_DEPENDENCIES "find_dependency(${_dependency})\n")
endmacro()

agner_dependency(Threads)
agner_dependency(CAF 0.17.6...<0.18)
agner_dependency(Boost 1.81)
agner_dependency(OpenSSL 3.0)
agner_dependency(ZLIB)
agner_dependency(fmt)
agner_dependency(spdlog)

# For the agner program alone.
find_package(CLI11 REQUIRED)
