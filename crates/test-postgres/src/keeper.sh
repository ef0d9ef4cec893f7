# Keeps one PostgreSQL cluster: answers with its folder, then obeys `start` and `stop`, one a line,
# until its input ends; then removes everything. Interrupts are for the test, whose end ends the input.
trap '' INT TERM HUP
programs=$1 port=$2 user=$3 password=$4
folder=$(mktemp -d /tmp/swarmscope-postgres-XXXXXX) || exit 1
cleanup() {
    "$programs/pg_ctl" stop -s -D "$folder/data" -m immediate >"$folder/last" 2>&1
    rm -rf "$folder"
}
trap cleanup EXIT
"$programs/initdb" -D "$folder/data" -U postgres --no-sync --encoding=UTF8 --locale=C.UTF-8 \
    --auth-local=trust --auth-host=scram-sha-256 >"$folder/initdb.log" 2>&1 || {
    cat "$folder/initdb.log" >&2
    exit 1
}
cat >>"$folder/data/postgresql.conf" <<EOF
listen_addresses = '127.0.0.1'
port = $port
unix_socket_directories = '$folder'
max_connections = 300
shared_buffers = 32MB
fsync = off
full_page_writes = off
EOF
# psql of other users comes through the socket.
chmod 755 "$folder"
printf '%s\n' "$folder"
while read -r command; do
    case $command in
    start)
        if "$programs/pg_ctl" start -s -w -t 120 -D "$folder/data" -l "$folder/server.log" </dev/null >&2; then
            echo started
        else
            cat "$folder/server.log" >&2
            echo failed
        fi
        ;;
    stop)
        "$programs/pg_ctl" stop -s -w -D "$folder/data" -m immediate >&2
        echo stopped
        ;;
    esac
done
