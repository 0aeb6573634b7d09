#!/bin/sh
# Fetches Debian's newest Python with its openai package and the command llm, without installing anything (see unpack.sh).
#
#     sh python.sh FOLDER
#
# FOLDER/python then starts it, and FOLDER/llm the command. Exit code 2 where Debian's packages can't be had.
set -eu
dir=${1:?usage: python.sh FOLDER}
sh "$(dirname "$0")/unpack.sh" --all "$dir" python3 python3-openai llm
dir=$(cd "$dir" && pwd)

# The starter goes through the unpacked loader, so that this system's own C library does not matter.
cat >"$dir/python" <<'STARTER'
#!/bin/sh
root=$(cd "$(dirname "$0")" && pwd)/root
loader=$(find "$root" -name 'ld-linux*.so.*' | head -1)
libraries=$(find "$root" -type d \( -name '*-linux-gnu' -o -name lib64 \) | tr '\n' ':' | sed 's/:$//')
export PYTHONHOME="$root/usr" PYTHONDONTWRITEBYTECODE=1
exec "$loader" --library-path "$libraries" "$root/usr/bin/python3" "$@"
STARTER
cat >"$dir/llm" <<'STARTER'
#!/bin/sh
here=$(cd "$(dirname "$0")" && pwd)
exec "$here/python" "$here/root/usr/bin/llm" "$@"
STARTER
chmod +x "$dir/python" "$dir/llm"
"$dir/python" --version
