#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# demo.sh GLINT - the main job on the bundled data: load, features, fit, coefficients, a vector tried by hand. On a
# terminal the prompt stays open with everything loaded; in a pipe it ends.
set -eu
cd "$(dirname "$0")/.."
glint=$1
if [ -t 0 ] && [ -t 1 ]; then
    exec "$glint" -i -e -f tests/demo.glint
fi
exec "$glint" -e -f tests/demo.glint
