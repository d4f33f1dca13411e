# debian-add.cmake: files that Debian's policy requires, added by cpack to the staged tree. Compressed without names and
# times, so that equal sources make equal packages.
if(NOT CPACK_GENERATOR STREQUAL "DEB")
  return()
endif()
set(tree "${CPACK_TEMPORARY_INSTALL_DIRECTORY}/usr/share")
set(documents "${tree}/doc/nettrace")
set(overrides "${tree}/lintian/overrides")

execute_process(COMMAND date -u -R -d "${CPACK_NETTRACE_DATE}" OUTPUT_VARIABLE date OUTPUT_STRIP_TRAILING_WHITESPACE)
file(WRITE "${documents}/changelog" "nettrace (${CPACK_PACKAGE_VERSION}) unstable; urgency=medium

  * Version ${CPACK_PACKAGE_VERSION}.

 -- ${CPACK_PACKAGE_CONTACT}  ${date}
")
configure_file("${CPACK_NETTRACE_DEBIAN}/copyright" "${documents}/copyright" COPYONLY)
file(MAKE_DIRECTORY "${overrides}")
configure_file("${CPACK_NETTRACE_DEBIAN}/lintian-overrides" "${overrides}/nettrace" COPYONLY)
file(GLOB pages "${tree}/man/man*/*.[0-9]")
execute_process(COMMAND gzip -9nf "${documents}/changelog" ${pages} COMMAND_ERROR_IS_FATAL ANY)
