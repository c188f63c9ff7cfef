# Asks a listener which requests it knows (ApiVersions v0, answered before any login): a broker that hangs still accepts
# connections, and a Java tool for each probe would cost more than the broker at rest. Bash, for /dev/tcp.
exec 3<>"/dev/tcp/127.0.0.1/$1" || exit 1
printf '\x00\x00\x00\x0a\x00\x12\x00\x00\x00\x00\x00\x01\xff\xff' >&3
# After four bytes of length the answer begins with the number that the request was given.
[ "$(head -c 8 <&3 | tail -c 4 | od -An -tx1 | tr -d ' \n')" = 00000001 ]
