#!/bin/sh
# Which folder of src/ may include which, which library's header belongs to which
# folder, and where SQL text may stand; docs/ARCHITECTURE.md says why.
# directions.sh [ROOT]
set -eu
cd "${1:-.}"

# A folder without a line here is refused. The processes use sql to open stores
# and transactions; SQL text is a rule of its own, below. templates/ counts as a
# folder, but its desk_* belong to desk and its gate_* to gate.
folders='base:
sql: base
http: base
html: base
fmt: base
sheet: base
source: base
evidence: base
core: base sql
paper: base fmt
templates: base html
desk: base http html fmt core paper sql templates
gate: base http html fmt sheet source evidence core sql templates
courier: base http html core paper evidence sql templates
cli: base sql http html fmt sheet source evidence core paper desk gate courier'

# A header that begins so may stand only in these folders.
libraries='microhttpd.h: http
sqlite3.h: sql source
libpq-fe.h: sql source
pg_query.h: source
sql.h: source
sqlext.h: source
jansson.h: base
sodium.h: base evidence
gnutls/: base evidence
unicode/: base source
yaml.h: core
isa-l: fmt sheet evidence
isa-l/: fmt sheet evidence
expat.h: sheet
curl/: courier
gmime/: courier
qrencode.h: base
cairo: paper
cairo-pdf.h: paper
pango/: paper
fontconfig/: paper
glib.h: paper'

sql_text='sql core'

status=0
{
	find src templates -name '*.[ch]' \
	    -exec grep -HnE '^[ \t]*#[ \t]*include' {} +
	find templates -name '*.html' \
	    -exec grep -HnE '^\{% include "' {} +
} |
awk -v folders="$folders" -v libraries="$libraries" '
function words(text, rules,    lines, n, i, at) {
	n = split(text, lines, "\n")
	for (i = 1; i <= n; i++) {
		at = index(lines[i], ":")
		rules[substr(lines[i], 1, at - 1)] = \
		    substr(lines[i], at + 1) " "
	}
}
function complain(what) {
	print place ": " what
	bad = 1
}
BEGIN { words(folders, may); words(libraries, home) }
{
	split($0, part, ":")
	place = part[1] ":" part[2]
	split(part[1], path, "/")
	from = path[2]
	if (path[1] == "templates")
		from = from ~ /^desk_/ ? "desk" : from ~ /^gate_/ ? "gate" : \
		    from ~ /^courier_/ ? "courier" : "templates"
	if (!(from in may)) {
		complain(from " is not in the table of folders")
		next
	}
	header = $0
	sub(/^.*include[ \t]*["<]/, "", header)
	sub(/[">].*$/, "", header)
	if (header ~ /(^|\/)\.\.\//)
		complain("\"" header "\": no way out of the folder")
	quoted = $0 ~ /include[ \t]*"/
	to = header
	sub(/\/.*$/, "", to)
	if (quoted && header ~ /\// && to != from) {
		if (!(to in may))
			complain(to " is not in the table of folders")
		else if (index(may[from], " " to " ") == 0)
			complain(from " may not use " to)
	}
	if (quoted)
		next
	for (library in home) {
		folder = library ~ /\/$/
		if (folder ? index(header, library) == 1 : header == library ||
		    header == library ".h") {
			if (index(home[library], " " from " ") == 0)
				complain("<" header "> is not for " from)
		}
	}
}
END {
	if (NR == 0) { print "no source found"; bad = 1 }
	exit bad
}' || status=1

for folder in src/*/; do
	folder=$(basename "$folder")
	case " $sql_text " in *" $folder "*) continue ;; esac
	if grep -rnE '\<SQL(2|_SCAN)?\(' --include='*.[ch]' "src/$folder"; then
		echo "SQL text is not for $folder"
		status=1
	fi
done
exit "$status"
