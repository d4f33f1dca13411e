# symlinks.cmake: at install time, a link to nettrace for each tool of cmd/tools.def and name of cmd/links.def, as `nettrace --install DIR
# --prefix P` makes them. Debian's libbpf-tools owns /usr/sbin/tcpstates and others, so the default is a directory of
# its own; an empty NETTRACE_LINK_DIR makes no links.
set(NETTRACE_LINK_DIR "${CMAKE_INSTALL_LIBEXECDIR}/nettrace" CACHE STRING "where links go, below the install prefix")
set(NETTRACE_LINK_PREFIX "" CACHE STRING "prefix of the links' names")

if(NETTRACE_LINK_DIR)
  foreach(tool IN LISTS TOOLS LINKS)
    install(CODE "
      set(directory \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${NETTRACE_LINK_DIR}\")
      file(MAKE_DIRECTORY \"\${directory}\")
      file(RELATIVE_PATH target \"\${CMAKE_INSTALL_PREFIX}/${NETTRACE_LINK_DIR}\"
           \"\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_BINDIR}/nettrace\")
      file(CREATE_LINK \"\${target}\" \"\${directory}/${NETTRACE_LINK_PREFIX}${tool}\" SYMBOLIC)
      message(STATUS \"Link: \${directory}/${NETTRACE_LINK_PREFIX}${tool}\")" COMPONENT program)
  endforeach()
endif()
