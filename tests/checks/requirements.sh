#!/bin/sh
# docs/REQUIREMENTS.md names every requirement once, and what it names is there:
# each test (a function of tests/web, or one of tests/unit that is run), each
# file of the tree.  requirements.sh [ROOT]
set -eu
cd "${1:-.}"
doc=docs/REQUIREMENTS.md
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
status=0

say() {
	echo "$doc: $1"
	status=1
}

# The numbers that have a row of their own.
sed -n 's/^| \([NLA]-[0-9][0-9]*\) |.*/\1/p' "$doc" | sort >"$dir/rows"
{
	seq -f 'N-%02.0f' 36
	seq -f 'L-%02.0f' 17
	seq -f 'A-%02.0f' 25
} | sort >"$dir/want"
uniq -d "$dir/rows" >"$dir/twice"
sort -u "$dir/rows" >"$dir/once"
comm -13 "$dir/once" "$dir/want" >"$dir/lost"
comm -23 "$dir/once" "$dir/want" >"$dir/more"
while read -r id; do say "$id stands there twice"; done <"$dir/twice"
while read -r id; do say "$id is not there"; done <"$dir/lost"
while read -r id; do say "$id is no requirement"; done <"$dir/more"

# Each row ends with a test.
awk -F' [|] ' '/^\| [NLA]-[0-9]/ {
	split($1, word, " ")
	if (NF != 4) print word[2] " has " NF " cells"
	else if ($4 !~ /`test_[a-z_0-9]+\.(py|c)::[a-z_0-9]+`/)
		print word[2] " names no test"
}' "$doc" >"$dir/untested"
while read -r line; do say "$line"; done <"$dir/untested"

# A test file without a function says nothing.
grep -o '`test_[a-z_0-9]*[^`]*`' "$doc" | tr -d '`' | sort -u >"$dir/tests"
while IFS= read -r test; do
	file=${test%%::*} name=${test#*::}
	case $test in
	*.py::*)
		grep -q "^def $name(" "tests/web/$file" 2>"$dir/err" ||
			say "$test does not exist" ;;
	*.c::*)
		grep -q "^static void $name(void)" "tests/unit/$file" \
			2>"$dir/err" || say "$test does not exist"
		grep -q "T_RUN($name)" "tests/unit/$file" 2>"$dir/err" ||
			say "$test is not run" ;;
	*) say "$test is not FILE::NAME" ;;
	esac
done <"$dir/tests"

grep -oE '`(src|tests|procedures|templates|static|migrations)/[^`]*`' "$doc" |
	tr -d '`' | sort -u >"$dir/files"
while IFS= read -r file; do
	[ -e "$file" ] || say "$file does not exist"
done <"$dir/files"

exit "$status"
