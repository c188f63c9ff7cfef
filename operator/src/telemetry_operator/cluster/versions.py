"""How new an answer has to be: no older than anything of its kind that this process read, wrote or heard of.

The API server answers a list as of now only after it has heard from etcd that nothing is missing in its own memory,
which takes up to 0.1 s while anything is written. A list that need not be older than a version is answered at once
where that version is there: our own writes are never missing in it, nor is the change that asked for the visit; what
is newer is heard of by a watch, and leads to another visit. See docs/adr/0022.
"""


class Versions:
    """The newest version known of each kind, over all namespaces: etcd counts them together."""

    def __init__(self) -> None:
        self._newest: dict[str, int] = {}

    def note(self, kind: str, version: str) -> None:
        """Note the version of an object as it was read, written or heard of."""
        # Numbers wherever Kubernetes itself keeps the objects; what is none cannot be compared, and asks for nothing.
        if version.isdecimal():
            self._newest[kind] = max(self._newest.get(kind, 0), int(version))

    def begin(self, kind: str, version: str) -> None:
        """Note the version of a list as of now, if nothing is known: later it would only count what others write."""
        if kind not in self._newest:
            self.note(kind, version)

    def forget(self, kind: str) -> None:
        self._newest.pop(kind, None)

    def newest(self, kind: str) -> str | None:
        """Version that an answer must have reached; None where only one as of now will do."""
        return str(self._newest[kind]) if kind in self._newest else None
