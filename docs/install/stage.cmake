# stage.cmake: adds to cpack's staged tree what a kind of package requires. Compressed without names and times, so that
# equal sources make equal packages.
set(tree "${CPACK_TEMPORARY_INSTALL_DIRECTORY}/usr/share")

file(GLOB pages "${tree}/man/man*/*.[0-9]")
execute_process(COMMAND gzip -9nf ${pages} COMMAND_ERROR_IS_FATAL ANY)

if(CPACK_GENERATOR STREQUAL "DEB")
  set(documents "${tree}/doc/nettrace")
  set(overrides "${tree}/lintian/overrides")
  execute_process(COMMAND date -u -R -d "${CPACK_NETTRACE_DATE}" OUTPUT_VARIABLE date OUTPUT_STRIP_TRAILING_WHITESPACE)
  file(WRITE "${documents}/changelog" "nettrace (${CPACK_PACKAGE_VERSION}) unstable; urgency=medium

  * Version ${CPACK_PACKAGE_VERSION}.

 -- ${CPACK_PACKAGE_CONTACT}  ${date}
")
  execute_process(COMMAND gzip -9nf "${documents}/changelog" COMMAND_ERROR_IS_FATAL ANY)
  configure_file("${CPACK_NETTRACE_PACKAGING}/copyright" "${documents}/copyright" COPYONLY)
  file(MAKE_DIRECTORY "${overrides}")
  configure_file("${CPACK_NETTRACE_PACKAGING}/lintian-overrides" "${overrides}/nettrace" COPYONLY)
elseif(CPACK_GENERATOR STREQUAL "RPM")
  configure_file("${CPACK_NETTRACE_PACKAGING}/../../LICENSE" "${tree}/licenses/nettrace/LICENSE" COPYONLY)
  # Only Debian's zsh reads vendor-completions.
  file(RENAME "${tree}/zsh/vendor-completions" "${tree}/zsh/site-functions")
endif()
