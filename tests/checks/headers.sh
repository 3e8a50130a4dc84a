#!/bin/sh
# Every header compiles alone, and twice.  headers.sh ROOT CC [FLAG…]
set -eu
root=$1
shift
cd "$root/src"
{
	find . -name '*.h' | sed 's|^\./||'
	find ../templates -name '*.h' | sed 's|^\.\./||'
} | sort > "${TMPDIR:-/tmp}/headers.$$"
trap 'rm -f "${TMPDIR:-/tmp}/headers.$$"' EXIT
[ -s "${TMPDIR:-/tmp}/headers.$$" ] || { echo 'no header found'; exit 1; }
bad=0
while IFS= read -r header; do
	printf '#include "%s"\n#include "%s"\nint unused_;\n' \
	    "$header" "$header" |
	"$@" -std=c17 -D_GNU_SOURCE -Wall -Wextra -Werror -I. -I.. -fsyntax-only \
	    -x c - || { echo "$header does not compile alone"; bad=1; }
done < "${TMPDIR:-/tmp}/headers.$$"
exit "$bad"
