#!/bin/sh
# Fetches Debian's llama-server with the libraries that it needs, without installing anything (see unpack.sh).
#
#     sh llama-server.sh FOLDER
#
# FOLDER/llama-server then starts it. Exit code 2 where Debian's packages can't be had.
set -eu
dir=${1:?usage: llama-server.sh FOLDER}
sh "$(dirname "$0")/unpack.sh" "$dir" llama.cpp-tools libllama0 libggml0 libc6 libstdc++6 libgcc-s1 libgomp1 libssl3t64 \
  zlib1g libzstd1
dir=$(cd "$dir" && pwd)

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
"$dir/llama-server" --version
