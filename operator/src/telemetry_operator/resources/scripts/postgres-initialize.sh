# Makes the database before PostgreSQL's first start, and sets its password wherever the Secret's has changed.
# The database is made aside and moved into place whole, so that an interrupted first start leaves none half made.
set -eu
umask 077
parent=$(dirname "$PGDATA")
unfinished=$parent/unfinished
marker=$parent/password.sha256

# One statement a line. An error ends it; no statement is logged, for one of them holds the password.
single() {
    postgres --single -D "$1" -c exit_on_error=on -c log_min_error_statement=panic -c huge_pages=off postgres >/dev/null
}

if [ ! -s "$PGDATA/PG_VERSION" ]; then
    rm -rf "$unfinished"
    mkdir -p "$parent"
    # Huge pages that a node has and the pod may not use would end initdb with a bus error.
    initdb --pgdata="$unfinished" --username=postgres --auth=scram-sha-256 --auth-local=trust --set huge_pages=off \
        --encoding=UTF8 --locale-provider=builtin --locale=C.UTF-8
    printf '%s\n' 'CREATE ROLE telemetry LOGIN' 'CREATE DATABASE telemetry OWNER telemetry' | single "$unfinished"
    if [ -d "$PGDATA" ]; then rmdir "$PGDATA"; fi
    mv "$unfinished" "$PGDATA"
    sync
fi

# Beside the platform's own login one that reads nothing but statistics; its password follows from the other
# (`resources.observer`). What is marked includes the two names, so that an older database gets the second.
digest=$(printf 'telemetry telemetry_observer %s' "$POSTGRES_PASSWORD" | sha256sum)
if [ "$(cat "$marker" 2>/dev/null)" != "$digest" ]; then
    quoted=$(printf %s "$POSTGRES_PASSWORD" | sed "s/'/''/g")
    observer=$(printf 'observer:%s' "$POSTGRES_PASSWORD" | sha256sum | cut -d ' ' -f 1)
    {
        printf "ALTER ROLE telemetry PASSWORD '%s'\n" "$quoted"
        printf "DO 'BEGIN IF to_regrole(%s) IS NULL THEN CREATE ROLE telemetry_observer; END IF; END'\n" \
            "''telemetry_observer''"
        printf "ALTER ROLE telemetry_observer LOGIN CONNECTION LIMIT 5 PASSWORD '%s'\n" "$observer"
        printf '%s\n' 'ALTER ROLE telemetry_observer SET default_transaction_read_only = on'
    } | single "$PGDATA"
    printf '%s\n' "$digest" >"$marker"
fi
