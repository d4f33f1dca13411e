# packages.cmake: the .deb and the .rpm of the files that `cmake --install` installs: cpack --config
# build/CPackConfig.cmake -B build, with -G RPM for the .rpm (needs rpmbuild). The links are in a directory of their
# own, so that libbpf-tools, bpfcc-tools and bpftrace may be installed next to them.
set(NETTRACE_MAINTAINER "nettrace <nettrace@packages.invalid>" CACHE STRING "of the packages: who keeps them")
set(NETTRACE_URL "" CACHE STRING "of the packages: the page of the project, if it has one")
set(NETTRACE_PACKAGING ${CMAKE_CURRENT_LIST_DIR})

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME nettrace)
set(CPACK_PACKAGE_VENDOR nettrace)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_CONTACT "${NETTRACE_MAINTAINER}")
set(CPACK_PACKAGE_HOMEPAGE_URL "${NETTRACE_URL}")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "traces the network stack of a Linux machine")
set(NETTRACE_DESCRIPTION
"nettrace shows which TCP connections open and close, what is retransmitted,
what is dropped and why, with the process and container of each socket. One
static executable contains tools known from bcc (tcpstates, tcplife,
tcpretrans, tcpdrop, tcptop ...), with the same options and columns.

It needs Linux 5.10 or later with BTF, CAP_BPF and CAP_PERFMON, but no
compiler, no kernel headers and no kprobes. Links with the names of the
tools are in /usr/libexec/nettrace, separate from other packages.")
# stage.cmake adds to the staged tree what each kind of package requires.
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_LIST_DIR}/stage.cmake)
configure_file(${CMAKE_CURRENT_LIST_DIR}/stage-options.cmake.in ${CMAKE_BINARY_DIR}/stage-options.cmake @ONLY)
set(CPACK_PROJECT_CONFIG_FILE ${CMAKE_BINARY_DIR}/stage-options.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/debian.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/rpm.cmake)
include(CPack)
