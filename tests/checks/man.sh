#!/bin/sh
# The manual pages are well formed and name what there is, no less and no more:
# every subcommand and option of pratu, every key of pratu.conf, every command
# and call of the API.  man.sh [ROOT]
set -eu
cd "${1:-.}"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
status=0

mandoc -T lint -W warning man/*.[157] || status=1

# same WHAT: the lists $dir/code and $dir/man have the same lines.
same() {
	for list in code man; do
		sort -u "$dir/$list" >"$dir/$list.sorted"
	done
	if ! [ -s "$dir/code.sorted" ]; then
		echo "no $1 found"
		status=1
	fi
	comm -23 "$dir/code.sorted" "$dir/man.sorted" |
		sed "s,^,$1 not in the manual: ," >"$dir/bad"
	comm -13 "$dir/code.sorted" "$dir/man.sorted" |
		sed "s,^,$1 that does not exist: ," >>"$dir/bad"
	if [ -s "$dir/bad" ]; then
		cat "$dir/bad"
		status=1
	fi
}

# "user add" by its own help line, or else "version" alone.
sed -n 's/^SUBCOMMAND([a-z_]*, "\([^"]*\)".*/\1/p' src/cli/commands.def \
	>"$dir/code"
sed -n 's/^\.It Ic \([a-z-]*\).*/\1/p' man/pratu.1 >"$dir/man"
same subcommand

# Options that pratu gives to itself are for nobody else.
grep -ho '\.name = "[a-z-]*"' src/cli/cmd_*.c src/cli/options.c |
	sed 's/.*"\(.*\)"/\1/' |
	grep -vxE 'prepare|probe|listen-fd|socket-fd|ready-fd|set' >"$dir/code"
grep -o 'Fl -[a-z-]*' man/pratu.1 | sed -n 's/^Fl -\([a-z-][a-z-]*\)$/\1/p' \
	>"$dir/man"
same option

sed -n 's/^KEY(\([a-z]*\), \([a-z_]*\),.*/\1.\2/p' src/cli/config.def \
	>"$dir/code"
awk '/^\.Ss \[/ { section = substr($2, 2, length($2) - 2) }
	/^\.It Cm / { print section "." $3 }' man/pratu.conf.5 >"$dir/man"
same setting

sed -n 's/^COMMAND(\([a-z]*\))$/\1/p' src/core/commands.def >"$dir/code"
sed -n 's/^\.Ic //p' man/pratu-api.7 | tr -s ' .' '\n\n' | sed '/^$/d' \
	>"$dir/man"
same command

# {other} and {query} take what is written otherwise, and forms as a suffix.
{
	sed -n 's,^ROUTE("\([A-Z]*\)"\, "\(/api/[^"]*\)".*,\1 \2,p' \
		src/desk/routes.def
	sed -n 's,^ROUTE("\([A-Z]*\)"\, "\(/v1/[^"]*\)".*,\1 \2,p' \
		src/gate/routes.def | grep -v '/{other}$\|/{query}$'
} >"$dir/code"
sed -n 's/^\.It Li \([A-Z]* .*\)/\1/p' man/pratu-api.7 >"$dir/man"
same call

exit "$status"
