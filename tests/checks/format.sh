#!/bin/sh
# Everything in C is as clang-format (14, of Debian 12) writes it.
# format.sh [ROOT]
set -eu
cd "${1:-.}"
tool=$(command -v clang-format-14 || command -v clang-format) || {
	echo 'clang-format is not installed'
	exit 77
}
find src tools tests/unit tests/fuzz -name '*.[ch]' -print0 |
	xargs -0 "$tool" --dry-run -Werror
