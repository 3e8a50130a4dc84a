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

requirements="$here/requirements.sh ."
document() {
	sound
	mkdir -p docs tests/web
	printf 'def test_a(desk):\n    pass\n' > tests/web/test_a.py
	printf 'static void a_b(void)\n{\n}\n\tT_RUN(a_b);\n' \
	    > tests/unit/test_a.c
	for id in $(seq -f 'N-%02.0f' 36) $(seq -f 'L-%02.0f' 17) \
	    $(seq -f 'A-%02.0f' 25); do
		echo "| $id | asks | \`src/base/a.c\` | \`test_a.py::test_a\` \`test_a.c::a_b\` |"
	done > docs/REQUIREMENTS.md
}
document
passes 'requirements, sound' $requirements
# wrong WHAT TEXT SED [FILE]: after SED on the document, or on FILE, it says TEXT.
wrong() {
	document
	sed -i "$3" "${4:-docs/REQUIREMENTS.md}"
	fails "$1" "$2" $requirements
}
wrong 'a requirement without a row' 'N-36 is not there' '/N-36/d'
wrong 'a requirement twice' 'L-17 stands there twice' '/L-17/p'
wrong 'a requirement too many' 'A-26 is no requirement' \
    '/A-25/{p;s/A-25/A-26/;}'
wrong 'a row without a test' 'N-01 names no test' '/N-01/s/`test.*`/none/'
wrong 'a row with a cell too many' 'N-01 has 5 cells' '/N-01/s/asks/a | b/'
wrong 'a test that is gone' 'test_a.py::test_a does not exist' \
    's/test_a(/test_b(/' tests/web/test_a.py
wrong 'a unit test that is gone' 'test_a.c::a_b does not exist' \
    '/^static/s/a_b/a_c/' tests/unit/test_a.c
wrong 'a unit test that is not run' 'test_a.c::a_b is not run' \
    '/T_RUN/d' tests/unit/test_a.c
wrong 'a test file that is gone' 'test_z.py::test_a does not exist' \
    '/N-02/s/test_a.py/test_z.py/'
wrong 'a file without a function' 'test_a.c is not FILE::NAME' \
    '/N-02/s/test_a.c::a_b/test_a.c/'
wrong 'a source that is gone' 'src/base/z.c does not exist' \
    '/L-02/s,base/a,base/z,'

sound
mkdir docs
allowed="$here/allowed.sh . ./rules"
printf '#!/bin/sh\necho "| draft | requester | submit |"\n' > rules
chmod +x rules
./rules > docs/ALLOWED.md
passes 'allowed, sound' $allowed
sed -i 's/submit/decide/' docs/ALLOWED.md
fails 'a table that is old' '+| draft | requester | submit |' $allowed
printf '#!/bin/sh\n' > rules
: > docs/ALLOWED.md
fails 'a table of nothing' 'says nothing' $allowed
exit "$bad"
