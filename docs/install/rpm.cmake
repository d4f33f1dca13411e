# rpm.cmake: what only the .rpm has. rpmlint.toml says what rpmlint finds in it, and why that stays.
set(CPACK_RPM_FILE_NAME RPM-DEFAULT)
set(CPACK_RPM_PACKAGE_LICENSE "GPL-2.0-or-later")
set(CPACK_RPM_PACKAGE_GROUP "Applications/System")
set(CPACK_RPM_PACKAGE_RELEASE 1)
set(CPACK_RPM_PACKAGE_SUMMARY "Traces the network stack of a Linux machine")
set(CPACK_RPM_PACKAGE_DESCRIPTION "${NETTRACE_DESCRIPTION}")
set(CPACK_RPM_COMPRESSION_TYPE xz)
set(CPACK_PACKAGE_RELOCATABLE OFF) # the unit names /usr
set(CPACK_RPM_PRE_UNINSTALL_SCRIPT_FILE ${CMAKE_CURRENT_LIST_DIR}/prerm) # systemd's own trigger reads the unit
set(CPACK_RPM_USER_FILELIST "%license /usr/share/licenses/nettrace/LICENSE")
# Without one, CPack writes a changelog of its own author.
set(CPACK_RPM_CHANGELOG_FILE ${CMAKE_BINARY_DIR}/rpm-changelog)
execute_process(COMMAND env LC_ALL=C date -u "+%a %b %d %Y" -d "${NETTRACE_DATE}" OUTPUT_VARIABLE date OUTPUT_STRIP_TRAILING_WHITESPACE)
file(WRITE ${CPACK_RPM_CHANGELOG_FILE} "* ${date} ${NETTRACE_MAINTAINER} - ${PROJECT_VERSION}-${CPACK_RPM_PACKAGE_RELEASE}
- Version ${PROJECT_VERSION}.
")
# One static file: no dependencies, nothing to strip or debug. The name of the building machine is nobody's business.
set(CPACK_RPM_PACKAGE_AUTOREQPROV OFF)
set(CPACK_RPM_SPEC_MORE_DEFINE "%global debug_package %{nil}
%global __os_install_post %{nil}
%define _build_id_links none
%define _buildhost localhost
%define packager ${NETTRACE_MAINTAINER}")
# Directories of other packages.
set(CPACK_RPM_EXCLUDE_FROM_AUTO_FILELIST_ADDITION
    /usr/lib/systemd /usr/lib/systemd/system /usr/libexec /usr/share/bash-completion /usr/share/bash-completion/completions
    /usr/share/fish /usr/share/fish/vendor_completions.d /usr/share/licenses /usr/share/man /usr/share/man/man5
    /usr/share/man/man7 /usr/share/man/man8 /usr/share/zsh /usr/share/zsh/site-functions)
