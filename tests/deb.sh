#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# deb.sh BUILD VERSION - a Debian package of what `make install` installs, with the libraries that the program asks for.
set -eu
cd "$(dirname "$0")/.."
build=$1 version=$2
arch=$(dpkg --print-architecture)
tree=$build/deb
rm -rf "$tree"
make --no-print-directory -s DESTDIR="$PWD/$tree" PREFIX=/usr install
gzip -9nf "$tree/usr/share/man/man1/glint.1"
mkdir -p "$tree/DEBIAN"
# the packages of the libraries that the program itself names
depends=$(readelf -d "$build/glint" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | while read -r name; do
    lib=$(ldd "$build/glint" | awk -v name="$name" '$1 == name { print $3 }')
    dpkg -S "$(readlink -f "$lib")" "$lib" 2>/dev/null | head -n 1 | cut -d: -f1
done | sort -u | paste -sd, | sed 's/,/, /g')
cat >"$tree/DEBIAN/control" <<CONTROL
Package: glint
Version: $version
Architecture: $arch
Maintainer: The glint authors <glint@localhost>
Depends: $depends
Installed-Size: $(du -sk "$tree/usr" | cut -f1)
Section: math
Priority: optional
Description: generalised linear models over interaction data, in a terminal
 Loads users, posts, products and interactions, makes the feature table, fits
 and explains generalised linear models, and publishes scores to a search engine.
CONTROL
dpkg-deb --root-owner-group --build "$tree" "build/glint_${version}_$arch.deb"
