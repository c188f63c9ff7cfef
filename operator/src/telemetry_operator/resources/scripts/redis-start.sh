# The password reaches Redis by a pipe: not on the command line, where it could be listed, and not on a disk.
set -eu
escaped=$(printf %s "$REDISCLI_AUTH" | sed 's/[\\"]/\\&/g')
# May ask for INFO, and do nothing else; its password follows from the other (`resources.observer`).
observer=$(printf 'observer:%s' "$REDISCLI_AUTH" | sha256sum | cut -d ' ' -f 1)
exec redis-server - <<END
$(cat /etc/telemetry/server/redis.conf)
requirepass "$escaped"
user telemetry_observer on >$observer resetkeys resetchannels -@all +info
END
