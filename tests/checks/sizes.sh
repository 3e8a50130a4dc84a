#!/bin/sh
# No function over 80 lines and no file over 900, unless sizes.allow says why:
# "PATH:FUNCTION REASON" or "PATH REASON". An entry that is no longer needed is
# refused too.  sizes.sh [ROOT]
# Counts on the form that format.sh holds: a function's braces stand in the
# first column.
set -eu
allow=$(dirname "$(readlink -f "$0")")/sizes.allow
cd "${1:-.}"
[ ! -f tests/checks/sizes.allow ] || allow=tests/checks/sizes.allow
find src tools tests/unit tests/fuzz -name '*.[ch]' -print0 | sort -z |
xargs -0 awk -v allow="$allow" '
BEGIN {
	while ((getline line < allow) > 0) {
		if (line ~ /^(#|$)/)
			continue
		split(line, word, " ")
		if (word[2] == "") {
			print allow ": " word[1] ": no reason"
			bad = 1
		}
		allowed[word[1]] = 1
	}
}
function over(what, lines, limit) {
	if (lines <= limit)
		return
	used[what] = 1
	if (what in allowed)
		return
	print what ": " lines " lines, more than " limit
	bad = 1
}
FNR == 1 {
	if (file != "")
		over(file, length_of_file, 900)
	file = FILENAME
	start = 0
}
{ length_of_file = FNR }
/^$/ || /^[#}]/ || /^ ?[*\/]/ { if ($0 !~ /^}/) start = 0 }
/^[A-Za-z_]/ && !start {
	start = FNR
	name = $0
}
/^[A-Za-z_]/ && start && name !~ /\(/ { name = $0 }
/^}/ {
	if (start && open) {
		sub(/\(.*$/, "", name)
		sub(/^.*[ *]/, "", name)
		over(FILENAME ":" name, FNR - start + 1, 80)
	}
	start = open = 0
}
/^{/ { open = 1; if (!start) { start = FNR; name = "?(" } }
END {
	over(file, length_of_file, 900)
	for (what in allowed) {
		if (!(what in used)) {
			print allow ": " what " is not needed any more"
			bad = 1
		}
	}
	if (NR == 0) { print "no source found"; bad = 1 }
	exit bad
}'
