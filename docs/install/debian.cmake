# debian.cmake: makes the .deb of the files that `cmake --install` installs: cpack --config build/CPackConfig.cmake -B build
# Its links are in a directory of their own, so that libbpf-tools, bpfcc-tools and bpftrace may be installed next to it.
set(NETTRACE_MAINTAINER "nettrace <nettrace@packages.invalid>" CACHE STRING "of the .deb: who keeps it")
set(NETTRACE_DEBIAN ${CMAKE_CURRENT_LIST_DIR})

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME nettrace)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_CONTACT "${NETTRACE_MAINTAINER}")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "traces the network stack of a Linux machine")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"nettrace shows which TCP connections open and close, what is retransmitted,
what is dropped and why, with the process and container of each socket. One
static executable contains tools known from bcc (tcpstates, tcplife,
tcpretrans, tcpdrop, tcptop ...), with the same options and columns.
.
It needs Linux 5.10 or later with BTF, CAP_BPF and CAP_PERFMON, but no
compiler, no kernel headers and no kprobes. Links with the names of the
tools are in /usr/libexec/nettrace, separate from other packages.")
# debian-add.cmake adds the files that Debian requires to the staged tree.
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_LIST_DIR}/debian-add.cmake)
set(CPACK_POST_BUILD_SCRIPTS ${CMAKE_CURRENT_LIST_DIR}/debian-size.cmake)
configure_file(${CMAKE_CURRENT_LIST_DIR}/debian-options.cmake.in ${CMAKE_BINARY_DIR}/debian-options.cmake @ONLY)
set(CPACK_PROJECT_CONFIG_FILE ${CMAKE_BINARY_DIR}/debian-options.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/rpm.cmake)
include(CPack)
