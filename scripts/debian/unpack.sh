#!/bin/sh
# Fetches packages of Debian's sid and unpacks them into a folder: nothing is installed, the lists of this machine's apt are
# left alone, root is not needed.
#
#     sh unpack.sh FOLDER PACKAGE...          # these packages alone
#     sh unpack.sh --all FOLDER PACKAGE...    # with all that they depend on
#
# What is in them is then in FOLDER/root. Exit code 2 where Debian's packages can't be had.
set -eu
all=no
[ "$1" = --all ] && all=yes && shift
dir=${1:?usage: unpack.sh [--all] FOLDER PACKAGE...}
shift
command -v apt-get >/dev/null && command -v dpkg >/dev/null || { echo 'there is no apt-get here' >&2; exit 2; }
mkdir -p "$dir/apt/lists/partial" "$dir/apt/cache/archives/partial" "$dir/debs" "$dir/root"
dir=$(cd "$dir" && pwd)
# Nothing counts as installed, so that all dependencies are found.
: >"$dir/apt/status"

# The mirror is the one that this machine's own apt sources name for Debian's main archive.
mirror=$(apt-get indextargets --format '$(REPO_URI) $(COMPONENT)' 'Created-By: Packages' |
  awk '$2 == "main" && $1 ~ /\/debian\/?$/ { print $1; exit }')
[ -n "$mirror" ] || { echo 'no archive of Debian among the apt sources of this machine' >&2; exit 2; }
options=trusted=yes
for keyring in /usr/share/keyrings/debian-archive-keyring.gpg /usr/share/keyrings/debian-archive-keyring.pgp; do
  [ -f "$keyring" ] && options="signed-by=$keyring" && break
done
list() { echo "deb [$1] $mirror sid main" >"$dir/apt/sid.list"; }
apt="-o Dir::Etc::sourcelist=$dir/apt/sid.list -o Dir::Etc::sourceparts=/dev/null -o Dir::State::lists=$dir/apt/lists
  -o Dir::State::status=$dir/apt/status -o Dir::Cache=$dir/apt/cache -o APT::Sandbox::User= -o Acquire::Languages=none
  -o Debug::NoLocking=1"
list "$options"
# An old keyring may not know the newest key of sid.
if ! apt-get $apt -qq update >"$dir/apt/update.log" 2>&1 || ! apt-cache $apt show "$1" >/dev/null 2>&1; then
  echo "note: the signature of sid could not be checked with this machine's keyring; going on without it" >&2
  list trusted=yes
  apt-get $apt -qq update >"$dir/apt/update.log" 2>&1 || { echo 'the archive of Debian can not be reached' >&2; exit 2; }
fi
packages=$*
if [ "$all" = yes ]; then
  packages=$(apt-get $apt -qq --no-install-recommends -s install "$@" | awk '/^Inst/ { print $2 }')
  [ -n "$packages" ] || { echo "sid does not have $* at present" >&2; exit 2; }
fi
cd "$dir/debs"
apt-get $apt -qq download $packages || { echo "the packages of $1 can not be had" >&2; exit 2; }
for package in ./*.deb; do dpkg -x "$package" "$dir/root"; done
rm -rf "$dir/apt" "$dir/debs"
