"""`python -m tools.reference`: writes the reference pages of `docs/` anew."""

from tools.reference.pages import DOCS, PAGES

for name, build in PAGES.items():
    (DOCS / name).write_text(build())
