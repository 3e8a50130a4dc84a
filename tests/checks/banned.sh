#!/bin/sh
# No object of ours may call these. Looks at what was compiled, not at text, so
# comments and names in strings cannot fool it; but the few that a compiler
# turns into something else are looked for in the text.
# banned.sh ROOT LIBRARY…
#   no bound on what is written: strcpy strcat sprintf gets alloca …
#   no way to tell a wrong number: atoi atof sscanf …
#   state shared by threads: strtok localtime gmtime setlocale rand …
#   a shell: system popen
set -eu
[ $# -gt 1 ] || { echo 'banned.sh ROOT LIBRARY…' >&2; exit 2; }
root=$1
shift
bad='strcpy|strcat|stpcpy|strncpy|strncat|sprintf|vsprintf|gets|alloca'
bad="$bad|atoi|atol|atoll|atof|sscanf|vsscanf|fscanf|scanf"
bad="$bad|strtok|localtime|gmtime|ctime|asctime|setlocale"
bad="$bad|rand|srand|random|srandom|drand48|tmpnam|tempnam|mktemp"
bad="$bad|system|popen"
symbols=$(nm -A -u "$@")
found=$(printf '%s\n' "$symbols" |
	grep -E " U (__isoc[0-9]+_|__)?($bad)(_chk)?(@.*)?\$" || true)
inlined='atoi|atol|atoll|atof|alloca'
text=$(cd "$root" && grep -rnE "(^|[^A-Za-z0-9_])($inlined) ?\(" \
    --include='*.[ch]' src tools || true)
[ -z "$text" ] || { echo "$text"; exit 1; }
[ -z "$found" ] || { echo "$found"; exit 1; }
[ -n "$symbols" ] || { echo 'no symbols: nothing was looked at'; exit 1; }
