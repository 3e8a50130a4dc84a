# Installs what tools/packages lists and this machine lacks. Sourced by ./run
# and ./test from the top of the tree.

# The packages of the sections given, one a line.
packages_of() {
	for section; do
		awk -v s="$section" '$1 == s { print $2 }' tools/packages
	done
}

# Those of its arguments that are not installed.
packages_missing() {
	present=$(dpkg-query -W -f '${db:Status-Abbrev}${Package}\n' "$@" \
		2>/dev/null | sed -n 's/^ii //p')
	for package; do
		printf '%s\n' "$present" | grep -Fqx "$package" ||
			printf '%s\n' "$package"
	done
}

# Says what to install by hand, and ends with 3 (configuration).
packages_by_hand() {
	reason=$1
	shift
	{
		echo "$reason"
		echo "Pratu needs these Debian 12 packages, which are not installed:"
		echo
		echo "  apt-get install --no-install-recommends $*"
	} >&2
	exit 3
}

# Installs what is missing of the sections given. Nothing is ever removed.
packages_install() {
	if ! command -v dpkg-query >/dev/null; then
		packages_by_hand "This is not Debian: dpkg-query is missing." \
			$(packages_of "$@")
	fi
	missing=$(packages_missing $(packages_of "$@"))
	[ -n "$missing" ] || return 0
	missing=$(echo $missing)
	command -v apt-get >/dev/null ||
		packages_by_hand "There is no apt-get here." $missing
	as_root=
	if [ "$(id -u)" != 0 ]; then
		command -v sudo >/dev/null || packages_by_hand \
			"Installing needs root, and there is no sudo here." $missing
		as_root="sudo"
	fi
	echo "Installing: $missing" >&2
	$as_root apt-get update -qq >&2 ||
		echo "apt-get update failed; trying with the lists at hand." >&2
	# What apt would do, first: a removal is said and nothing is touched.
	plan=$(apt-get install -s -y --no-install-recommends $missing 2>&1) || {
		printf '%s\n' "$plan" >&2
		packages_by_hand "apt-get cannot install them." $missing
	}
	leaving=$(printf '%s\n' "$plan" | awk '$1 == "Remv" { print $2 }')
	[ -z "$leaving" ] || packages_by_hand "Nothing was changed, because \
apt-get would have to remove: $(echo $leaving)" $missing
	$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
		--no-install-recommends --no-remove $missing >&2 ||
		packages_by_hand "apt-get install failed." $missing
}

# build_tree DIR TARGET [meson options]: configures once, then builds what has
# changed.
build_tree() {
	tree=$1 target=$2
	shift 2
	if [ ! -f "$tree/build.ninja" ]; then
		meson setup "$tree" "$@" >&2
	fi
	if ninja -C "$tree" -n "$target" | grep -q 'no work to do'; then
		return 0
	fi
	echo "Building $tree" >&2
	ninja -C "$tree" "$target" >&2
}
