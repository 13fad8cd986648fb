#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# examples.sh - BUILD/examples in a scratch folder with the bundled data.
cd "$SCRATCH" || exit 1
ln -sfn "$(dirname "$GLINT")/../../datasets" datasets
exec "$BUILD/examples"
