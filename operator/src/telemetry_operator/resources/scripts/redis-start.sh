# The password reaches Redis by a pipe: not on the command line, where it could be listed, and not on a disk.
set -eu
escaped=$(printf %s "$REDISCLI_AUTH" | sed 's/[\\"]/\\&/g')
exec redis-server - <<END
$(cat /etc/telemetry/server/redis.conf)
requirepass "$escaped"
END
