#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# try.sh GLINT - `make engine`: a local engine filled with the blog data, and the commands to try on it.
#
# ENGINE=3.6 (2.19, es7, es8) takes another server, PORT=9200 another port. It stays until
# tests/engine/engine.sh stop --name try
set -eu
here=$(cd "$(dirname "$0")" && pwd)
glint=$1
url=$("$here/engine.sh" url --name try 2>/dev/null || true)
if [ -z "$url" ] || ! curl -s -m 3 "$url" >/dev/null; then
    "$here/engine.sh" stop --name try 2>/dev/null || true
    url=$("$here/engine.sh" start "${ENGINE:-2.19}" --name try --port "${PORT:-9200}")
fi
cd "$here/../.."
"$glint" --no-rc -q -c "
load datasets/blog/users.csv datasets/blog/posts.csv datasets/blog/products.csv datasets/blog/interactions.csv
connect $url
es create --prefix blog- --replace
es push users to blog-users
es push posts to blog-posts
es push products to blog-products
es push interactions to blog-interactions" >/dev/null
cat <<T
An engine with the blog data runs at $url. In ${glint#"$PWD/"}:

    connect $url
    load es:blog-users as users
    load es:blog-posts as posts
    load es:blog-products as products
    load es:blog-interactions as interactions
    features
    fit viewed ~ age + gender + lang + gender:lang + post_age_days
    score users x posts to es:blog-posts --layout nested --as-of 2024-06-01
    es rank posts for jane --index blog-posts --show-request
    es verify jane --index blog-posts --as-of 2024-06-01
    favourites languages by gender --where cluster --index blog-interactions

To end it: tests/engine/engine.sh stop --name try
T
