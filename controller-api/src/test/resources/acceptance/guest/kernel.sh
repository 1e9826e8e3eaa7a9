#!/bin/sh
# Sees to it that the Debian cloud kernel is unpacked in CACHE/unpacked; it is downloaded once and never installed.
#   kernel.sh CACHE
set -eu
cache=$1
PATH=$PATH:/usr/sbin:/sbin

mkdir -p "$cache"
cd "$cache"
exec 9> lock
flock 9
[ ! -e unpacked/complete ] || exit 0
package=$(apt-cache depends linux-image-cloud-amd64 | awk '/Depends:/ { print $2; exit }')
[ -n "$package" ] || { echo "no linux-image-cloud-amd64 in the package lists; run apt-get update" >&2; exit 1; }
rm -rf unpacked fresh
mkdir fresh
(cd fresh && apt-get -qq download "$package" && dpkg-deb -x "$package"_*.deb . && rm ./*.deb)
busybox depmod -b fresh "$(ls fresh/lib/modules)"
touch fresh/complete
mv fresh unpacked
