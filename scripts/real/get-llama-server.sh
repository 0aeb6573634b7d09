#!/bin/sh
# Fetches Debian's llama-server with the libraries that it needs, and unpacks it into a folder of its own: nothing is
# installed, the lists of this machine's apt are left alone, root is not needed.
#
#     sh get-llama-server.sh FOLDER
#
# FOLDER/llama-server then starts it. Exit code 2 where Debian's packages can't be reached.
set -eu
dir=${1:?usage: get-llama-server.sh FOLDER}
command -v apt-get >/dev/null && command -v dpkg >/dev/null || { echo 'there is no apt-get here' >&2; exit 2; }
mkdir -p "$dir/apt/lists/partial" "$dir/apt/cache/archives/partial" "$dir/debs" "$dir/root"
dir=$(cd "$dir" && pwd)

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
  -o Dir::Cache=$dir/apt/cache -o APT::Sandbox::User= -o Acquire::Languages=none -o Debug::NoLocking=1"
list "$options"
# An old keyring may not know the newest key of sid.
if ! apt-get $apt -qq update >"$dir/apt/update.log" 2>&1 || ! apt-cache $apt show llama.cpp-tools >/dev/null 2>&1; then
  echo "note: the signature of sid could not be checked with this machine's keyring; going on without it" >&2
  list trusted=yes
  apt-get $apt -qq update >"$dir/apt/update.log" 2>&1 || { echo 'the archive of Debian can not be reached' >&2; exit 2; }
fi
cd "$dir/debs"
apt-get $apt -qq download llama.cpp-tools libllama0 libggml0 libc6 libstdc++6 libgcc-s1 libgomp1 libssl3t64 zlib1g libzstd1 ||
  { echo 'the packages of llama.cpp can not be had' >&2; exit 2; }
for package in ./*.deb; do dpkg -x "$package" "$dir/root"; done

# The starter goes through the unpacked loader, so that this system's own C library does not matter.
cat >"$dir/llama-server" <<'STARTER'
#!/bin/sh
root=$(cd "$(dirname "$0")" && pwd)/root
loader=$(find "$root" -name 'ld-linux*.so.*' | head -1)
server=$(find "$root" -path '*/bin/llama-server' -type f | head -1)
libraries=$(find "$root" -type d \( -name '*-linux-gnu' -o -path '*/lib/*/ggml*' -o -path '*/lib/*/llama*' -o -name lib64 \) |
  tr '\n' ':' | sed 's/:$//')
# The backends for the CPU are looked for in the working folder.
backend=$(find "$root" -name 'libggml-cpu*.so' | head -1)
[ -n "$backend" ] && cd "$(dirname "$backend")"
exec "$loader" --library-path "$libraries" "$server" "$@"
STARTER
chmod +x "$dir/llama-server"
rm -rf "$dir/apt"
"$dir/llama-server" --version
