#!/bin/sh
# Each check passes on a small sound tree and fails, naming the place, once a
# fault is planted.  selftest.sh CC…
set -eu
here=$(dirname "$(readlink -f "$0")")
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
bad=0

sound() {
	rm -rf "$dir/tree"
	mkdir -p "$dir/tree/src/base" "$dir/tree/src/http" "$dir/tree/tools" \
	    "$dir/tree/templates" \
	    "$dir/tree/tests/unit" "$dir/tree/tests/fuzz" \
	    "$dir/tree/tests/checks"
	cd "$dir/tree"
	cp "$here/../../.clang-format" .
	printf '#ifndef BASE_A_H\n#define BASE_A_H\n\nint a(int x);\n\n#endif\n' \
	    > src/base/a.h
	printf '#include "base/a.h"\n\nint a(int x)\n{\n\treturn x;\n}\n' \
	    > src/base/a.c
	printf '#include <microhttpd.h>\n\n#include "base/a.h"\n' \
	    > src/http/h.c
	: > tests/checks/sizes.allow
}

passes() {
	what=$1
	shift
	"$@" > out 2>&1 || { echo "not ok: $what: $(cat out)"; bad=1; }
}

# fails WHAT TEXT COMMAND…: the command fails and its output has the text.
fails() {
	what=$1 text=$2
	shift 2
	if "$@" > out 2>&1; then
		echo "not ok: $what: passed"
		bad=1
	elif ! grep -qF -- "$text" out; then
		echo "not ok: $what: said $(cat out)"
		bad=1
	fi
}

directions="$here/directions.sh ." sizes="$here/sizes.sh ."
format="$here/format.sh ." headers="$here/headers.sh . $*"

sound
passes 'directions, sound' $directions
printf '#include "http/h.h"\n' > src/base/b.c
fails 'base uses http' 'src/base/b.c:1: base may not use http' $directions
printf '#include "./../http/h.h"\n' > src/base/b.c
fails 'out of the folder' 'src/base/b.c:1: "./../http/h.h"' $directions
printf '\n#  include <microhttpd.h>\n' > src/base/b.c
fails 'library elsewhere' 'src/base/b.c:2: <microhttpd.h> is not for base' \
    $directions
printf '#include <unicode/ucol.h>\n' > src/http/b.h
fails 'library folder elsewhere' \
    'src/http/b.h:1: <unicode/ucol.h> is not for http' $directions
sound
mkdir src/new
printf '#include "base/a.h"\n' > src/new/n.c
fails 'folder without a rule' 'src/new/n.c:1: new is not in the table' $directions
sound
printf '{%% include "http/h.h" %%}\n' > templates/forms.html
fails 'a template uses http' \
    'templates/forms.html:1: templates may not use http' $directions
printf '{%% include "gate/g.h" %%}\n' > templates/forms.html
mv templates/forms.html templates/desk_b.html
fails 'a page of desk uses gate' \
    'templates/desk_b.html:1: desk may not use gate' $directions
sound
printf '\tsql_exec(cx, SQL("select 1"));\n' > src/http/b.c
fails 'SQL text elsewhere' 'SQL text is not for http' $directions
rm -r src/*
fails 'nothing to look at' 'no source found' $directions

sound
passes 'sizes, sound' $sizes
long() {
	printf 'int long_one(int x,\n    int y);\n\nstatic const char *\nlong_one(int x)\n{\n'
	for i in $(seq "$1"); do printf '\tx++;\n'; done
	printf '}\n'
}
long 76 > src/base/b.c # and four lines of its head and braces
passes 'a function of 80 lines' $sizes
long 77 > src/base/b.c
fails 'a function of 81 lines' 'src/base/b.c:long_one: 81 lines' $sizes
echo 'src/base/b.c:long_one one flat table' > tests/checks/sizes.allow
passes 'a long function that is allowed' $sizes
echo 'src/base/b.c:long_one' > tests/checks/sizes.allow
fails 'no reason' 'no reason' $sizes
echo 'src/base/a.c:a a table' > tests/checks/sizes.allow
fails 'an allowance too many' 'a is not needed any more' $sizes
sound
seq -f '/* %.0f */' 900 > tools/b.c
passes 'a file of 900 lines' $sizes
seq -f '/* %.0f */' 901 > src/base/b.h
fails 'a file of 901 lines' 'src/base/b.h: 901 lines' $sizes

sound
if command -v clang-format-14 > out || command -v clang-format > out; then
	passes 'format, sound' $format
	printf 'int b(void) { return 1; }\n' > tests/unit/b.c
	fails 'not formatted' 'tests/unit/b.c:1' $format
fi

sound
passes 'headers, sound' $headers
printf 'size_t b(void);\n' > src/base/b.h
fails 'a header that needs another' 'base/b.h does not compile alone' \
    $headers
printf 'struct b {\n\tint i;\n};\n' > src/base/b.h
fails 'a header without a guard' 'base/b.h does not compile alone' $headers

sound
compile() {
	printf '%s\n' "$1" > b.c
	shift
	"$@" -O1 -fno-builtin -c -o b.o b.c
	rm -f b.a
	ar rc b.a b.o
}
head='#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
int b(char *p, const char *q);
int b(char *p, const char *q) '
compile "$head { return snprintf(p, 2, \"%s strcpy\", q); }" "$@"
passes 'banned, sound' "$here/banned.sh" . b.a
for call in 'strcpy(p, q) == p' 'sprintf(p, "%s", q)' 'system(q)' \
    'sscanf(q, "%s", p)' 'localtime(0) == 0' 'strtok(p, q) == p' 'rand()'; do
	compile "$head { return $call; }" "$@"
	fails "a call of ${call%%(*}" "${call%%(*}" "$here/banned.sh" . b.a
done
compile '#include <stdio.h>
int b(char *p, const char *q);
int b(char *p, const char *q) { return sprintf(p, "%s", q); }' \
    "$@" -fbuiltin -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
fails 'a fortified call' 'sprintf' "$here/banned.sh" . b.a
fails 'no such library' 'none.a' "$here/banned.sh" . none.a
sound
compile "$head { return p[0] + q[0] + puts(q); }" "$@"
printf '\tint n = atoi(s);\n' > src/http/b.c
fails 'a call that is inlined' 'src/http/b.c:1:' "$here/banned.sh" . b.a
exit "$bad"
