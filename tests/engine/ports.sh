# SPDX-License-Identifier: GPL-3.0-or-later
# ports.sh - sourced: free_port prints the first of ten ports that nobody listens on, here nor where engine.sh puts the
# other doors (transport at + 20000, TLS at + 1000). GLINT_ENGINE_PORT says where to look first.
#
# A server takes seconds to open its port, so a port is also claimed by a file: who looks at the same moment passes it
# over for ten minutes.

port_taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

port_claim() {
    local claim=${TMPDIR:-/tmp}/glint-port-$1
    find "$claim" -mmin +10 -delete 2>/dev/null
    (set -o noclobber; echo $$ >"$claim") 2>/dev/null
}

free_port() {
    local port=${GLINT_ENGINE_PORT:-$((19200 + RANDOM % 80 * 10))} i offset
    for ((i = 0; i < 100; i++, port += 10)); do
        for offset in 0 1 2 1000 1001 20000 20001 20002; do
            port_taken $((port + offset)) && continue 2
        done
        port_claim "$port" || continue
        echo "$port"
        return
    done
    echo "no free ports" >&2
    return 1
}
