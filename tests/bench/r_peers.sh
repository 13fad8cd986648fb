#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# r_peers.sh FOLDER SCRIPT [ARGUMENT...] - runs an R script with glmnet: the system's R when it has both, else Debian's
# packages, fetched and unpacked into FOLDER (nothing is installed).
set -eu
folder=$1
shift
if command -v Rscript >/dev/null 2>&1 && Rscript -e 'library(glmnet)' >/dev/null 2>&1; then
    exec Rscript "$@"
fi
mkdir -p "$folder/debs"
folder=$(cd "$folder" && pwd)
if [ ! -e "$folder/ready" ]; then
    (cd "$folder/debs" &&
        apt-get install --no-install-recommends --print-uris -y r-cran-glmnet 2>/dev/null |
        sed -n "s/^'[^']*' \([^_]*\)_.*/\1/p" | xargs apt-get -qq download)
    for deb in "$folder"/debs/*.deb; do
        dpkg -x "$deb" "$folder"
    done
    # R's configuration is linked to by absolute names
    for link in "$folder"/usr/lib/R/etc/*; do
        [ ! -L "$link" ] || ln -sf "$folder/etc/R/$(basename "$link")" "$link"
    done
    touch "$folder/ready"
fi
export R_HOME="$folder/usr/lib/R" R_LIBS_SITE="$folder/usr/lib/R/site-library" EDITOR=vi
export R_SHARE_DIR="$folder/usr/share/R/share"
export LD_LIBRARY_PATH="$R_HOME/lib:$folder/usr/lib/$(uname -m)-linux-gnu"
script=$1
shift
exec "$R_HOME/bin/exec/R" --no-echo --no-restore --no-save "--file=$script" --args "$@"
