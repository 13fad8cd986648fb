#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# screens.sh - tests/screens/*.txt, played by BUILD/screens (tests/screens.c).
exec "$BUILD/screens"
