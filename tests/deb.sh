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
depends=$(ldd "$build/glint" | awk '$3 ~ /^\// { print $3 }' | while read -r lib; do
    dpkg -S "$(readlink -f "$lib")" "$lib" 2>/dev/null | head -n 1 | cut -d: -f1
done | sort -u | grep -E '^(libc6|libncursesw|libtinfo|libreadline|libgsl|libopenblas|libcurl|libcjson|zlib|libzstd|liblzma|libutf8proc|libyajl|libcairo)' | paste -sd, | sed 's/,/, /g')
cat >"$tree/DEBIAN/control" <<CONTROL
Package: glint
Version: $version
Architecture: $arch
Maintainer: The glint authors <glint@localhost>
Depends: $depends
Installed-Size: $(du -sk "$tree/usr" | cut -f1)
Section: math
Priority: optional
Description: generalized linear models over interaction data, in a terminal
 Loads users, posts, products and interactions, makes the feature table, fits
 and explains generalized linear models, and publishes scores to a search engine.
CONTROL
dpkg-deb --root-owner-group --build "$tree" "build/glint_${version}_$arch.deb"
