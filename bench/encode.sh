#!/bin/sh
# encode.sh [ROWS]: how long our encoders take for a table of ROWS rows (one
# million) and eight columns, beside sqlite3's own shell on the same rows in the
# same run; medians of three. Needs a build ($PRATU_BUILD, or build/).
set -eu
cd "$(dirname "$0")/.."
encode=${PRATU_BUILD:-build}/tests/unit/encode
rows=${1:-1000000}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
db=$dir/rows.db
sql='select * from person'

sqlite3 "$db" "pragma journal_mode=off; pragma synchronous=off;
create table person as
with recursive n(i) as (select 1 union all select i + 1 from n where i < $rows)
select i as id, 'นักศึกษา ' || i as name, 'Student ' || (i % 1000) as name_en,
       (i * 7 % 400) / 100.0 as gpa, i % 9 as faculty,
       '2026-0' || (1 + i % 9) || '-15' as since,
       iif(i % 10, 'x, \"y\"', null) as note, i * 1.5 as amount from n" \
	>"$dir/made"

# median COMMAND…: the middle of three times, in ms; the output is written out.
median() {
	for _ in 1 2 3; do
		start=$(date +%s%N)
		"$@" >"$dir/out" 2>"$dir/said" || {
			cat "$dir/said" >&2
			exit 1
		}
		end=$(date +%s%N)
		echo $(((end - start) / 1000000))
	done | sort -n | sed -n 2p
}

ratio() {
	awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'
}

printf '%s rows, %s processors, medians of 3\n' "$rows" "$(nproc)"
for form in json csv; do
	theirs=$(median sqlite3 -readonly -header "-$form" "$db" "$sql")
	ours=$(median "$encode" "$db" "$sql" "$form")
	printf '%-7s %6s ms   sqlite3 -%-5s %6s ms   ratio %s\n' \
		"$form" "$ours" "$form" "$theirs" "$(ratio "$ours" "$theirs")"
done
for form in ndjson xlsx xml html; do
	printf '%-7s %6s ms\n' "$form" "$(median "$encode" "$db" "$sql" "$form")"
done
