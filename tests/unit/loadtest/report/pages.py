"""A page as a browser would read it."""

from html.parser import HTMLParser


class Page(HTMLParser):
    """Attributes of all tags, and the text outside style."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.attributes: list[tuple[str, str, str]] = []
        self.text: list[str] = []
        self._tag = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._tag = tag
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        if self._tag != "style" and data.strip():
            self.text.append(data.strip())

    def values(self, *names: str) -> list[str]:
        return [value for _, name, value in self.attributes if name in names]
