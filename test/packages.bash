# SPDX-License-Identifier: GPL-2.0-or-later
# packages.bash: Debian packages of another suite or architecture, unpacked in a folder; sourced by kernels/run and
# cross/run.
# shellcheck shell=bash

# apt with its own lists and caches: the system's stay unchanged, and root is not needed. It uses the system's
# configuration (proxies, credentials, keys). $1: folder of packages_start, rest: apt-get or apt-cache with its
# arguments
private_apt() {
	local folder=$1 command=$2 architecture
	architecture=$(cat "$folder/architecture")
	shift 2
	"$command" -q -o Dir::Etc::SourceList="$folder/sources.list" -o Dir::Etc::SourceParts=/dev/null \
		-o Dir::State::Lists="$folder/lists" -o Dir::State::Status=/dev/null -o Dir::Cache="$folder/cache" \
		-o Dir::Cache::PkgCache= -o Dir::Cache::SrcPkgCache= -o Acquire::Languages=none \
		-o APT::Architecture="$architecture" -o APT::Architectures="$architecture" -o APT::Sandbox::User="$(id -un)" "$@"
}

# The source of this machine's Debian packages: other suites and architectures are in the same archive.
archive() {
	# shellcheck disable=SC2016 # apt fills it in
	apt-get indextargets --format '$(REPO_URI)' 'Origin: Debian' 'Label: Debian' 'Created-By: Packages' | sort -u | head -n 1
}

# Creates the folder again, with the lists of a suite. $1: folder, $2: suite, $3: architecture
packages_start() {
	local uri keys=/usr/share/keyrings/debian-archive-keyring.gpg
	uri=$(archive)
	[ -n "$uri" ] || { echo "apt knows of no Debian archive (apt-get update?)" >&2; exit 3; }
	rm -rf "$1"
	mkdir -p "$1"/{lists,cache/archives}/partial "$1/unpacked"
	[ -e "$keys" ] && keys="[signed-by=$keys]" || keys=
	echo "deb $keys $uri $2 main" >"$1/sources.list"
	echo "$3" >"$1/architecture"
	private_apt "$1" apt-get update >"$1/log" 2>&1 || { cat "$1/log" >&2; exit 1; }
}

# Unpacks packages to $1/unpacked. $1: folder, rest: their names
packages_unpack() {
	local folder=$1 deb
	shift
	(cd "$folder" && private_apt "$folder" apt-get download "$@" >>log 2>&1) || { cat "$folder/log" >&2; exit 1; }
	for deb in "$folder"/*.deb; do
		dpkg -x "$deb" "$folder/unpacked"
	done
}
