#!/bin/sh
# docs/ALLOWED.md is what the rules say now.  allowed.sh ROOT PROGRAM
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
"$2" >"$dir/now"
if ! [ -s "$dir/now" ]; then
	echo "$2 says nothing"
	exit 1
fi
if ! diff -u "$1/docs/ALLOWED.md" "$dir/now" >"$dir/diff"; then
	echo "docs/ALLOWED.md is not what the rules say:"
	head -40 "$dir/diff"
	exit 1
fi
