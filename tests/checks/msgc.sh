#!/bin/sh
# The message compiler makes what it should, and refuses every kind of wrong
# catalogue with its file and line.  msgc.sh MSGC
set -eu
msgc=$(readlink -f "$1")
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
bad=0

th='# a comment
msgid ""
msgstr ""
"Language: th\n"

msgid "b.one-two"
msgstr ""
"{1} และ "
"{0}"

#~ msgid "old"
msgid "a"
msgstr "\"ก\"\\\n??!"
'
en='msgid "a"
msgstr "tab\there"
msgid "b.one-two"
msgstr "{0} and {1}"
'

complain() { echo "not ok: $*"; bad=1; }

write() { printf '%s' "$1" > x.th.po; printf '%s' "$2" > x.en.po; }

# refuses WHAT 'PLACE: …text…' FILE…
refuses() {
	what=$1 want=$2
	shift 2
	rm -f out.h out.c
	if "$msgc" out.h out.c "$@" 2> errors; then
		complain "$what: accepted"
	elif ! grep -q "^$want" errors; then
		complain "$what: said $(cat errors)"
	elif [ -e out.h ] || [ -e out.c ]; then
		complain "$what: wrote in spite of it"
	fi
}

both() {
	write "$2" "$3"
	refuses "$1" "$4" x.th.po x.en.po
}

write "$th" "$en"
"$msgc" out.h out.c x.en.po x.th.po || complain 'a good catalogue is refused'
grep -q 'MSG_b_one_two,' out.h || complain 'no name in the header'
grep -qF 'STR_INIT("{1} และ {0}")' out.c || complain 'no text in the table'
grep -qF 'STR_INIT("\"ก\"\\\n\?\?!")' out.c || complain 'wrong escapes'
grep -qF 'STR_INIT("tab\there")' out.c || complain 'wrong order of texts'
[ "$(grep -n '"a"' out.c | cut -d: -f1)" -lt \
    "$(grep -n '"b.one-two"' out.c | cut -d: -f1)" ] ||
	complain 'keys are not sorted'

both 'no English' "$th" 'msgid "a"
msgstr "a"
' 'x.th.po:6: .*b.one-two.*no text in "en"'
both 'no Thai' 'msgid "a"
msgstr "a"
' "$en" 'x.en.po:3: .*b.one-two.*no text in "th"'
both 'empty text' 'msgid "a"
msgstr ""
' "$en" 'x.th.po:1: .*"a" has no text'
both 'twice in a file' "$th" "$en"'msgid "a"
msgstr "again"
' 'x.en.po:5: .*stands already in x.en.po:1'
both 'other places' "$th" 'msgid "a"
msgstr "a"
msgid "b.one-two"
msgstr "{0} only"
' 'x.en.po:3: .*other places than x.th.po:6'
both 'place out of range' 'msgid "a"
msgstr "{4}"
' 'msgid "a"
msgstr "{4}"
' 'x.th.po:1: .*places are'
both 'same C name' 'msgid "a.b"
msgstr "1"
msgid "a-b"
msgstr "2"
' 'msgid "a.b"
msgstr "1"
msgid "a-b"
msgstr "2"
' 'x...\.po:[13]: .*same name in C'
both 'bad key' 'msgid "A b"
msgstr "1"
' "$en" 'x.th.po:1: .*key "A b"'
both 'text without key' 'msgstr "1"
' "$en" 'x.th.po:1: .*neither'
both 'key without text' "$th" "$en"'msgid "c"
msgid "d"
msgstr "d"
' 'x.en.po:5: .*msgid without msgstr'
both 'open string' 'msgid "a
msgstr "1"
' "$en" 'x.th.po:1: .*not a string'
both 'unknown escape' 'msgid "a"
msgstr "\x"
' "$en" 'x.th.po:2: .*not a string'
both 'text behind a string' 'msgid "a"
msgstr "b" c
' "$en" 'x.th.po:2: .*not a string'
both 'fuzzy' '#, fuzzy
msgid "a"
msgstr "b"
' "$en" 'x.th.po:1: .*fuzzy'
both 'not UTF-8' "$(printf 'msgid "a"\nmsgstr "\377"\n')" "$en" \
    'x.th.po:1: .*not UTF-8'
both 'plural' 'msgid "a"
msgid_plural "b"
' "$en" 'x.th.po:2: .*neither'

write "$th" "$en"
cp x.en.po y.po
refuses 'no language' 'y.po:0: .*not named' x.th.po y.po
refuses 'no file' 'z.en.po:0: .*cannot be read' x.th.po z.en.po
refuses 'one language only' 'x.th.po:[0-9]*: .*no text in "en"' x.th.po
printf 'msgid "a"\nmsgstr "1"\n' > y.th.po
printf 'msgid "a"\nmsgstr "1"\n' > y.en.po
refuses 'in two domains' 'y....po:1: .*stands already in x' \
    x.th.po x.en.po y.th.po y.en.po
mkdir d
write 'msgid "a"
msgstr "1"
' ''
mv y.en.po d/z.en.po
refuses 'languages in two domains' 'd/z.en.po:1: .*another domain' \
    x.th.po x.en.po d/z.en.po
exit "$bad"
