"""Reads a lesson that has run as pages do that remove scripts, such as those of code hosts.

Usage: elsewhere.py NOTEBOOK
"""

import base64
import json
import re
import struct
import sys
from collections import Counter

import nh3

COMPONENT = "application/vnd.eosin.component+json"
# Some pages also remove pictures that stand in HTML itself, and show their description.
SCHEMES = {"with pictures": {"http", "https", "data"}, "without pictures": {"http", "https"}}


def joined(text: str | list[str]) -> str:
    """A notebook may hold text line by line."""
    return text if isinstance(text, str) else "".join(text)


def picture_size(png: str) -> tuple[int, int]:
    data = base64.b64decode(png)
    assert data.startswith(b"\x89PNG\r\n\x1a\n"), data[:8]
    return struct.unpack(">II", data[16:24])


def check_html(html: str, place: str) -> None:
    for page, schemes in SCHEMES.items():
        left = nh3.clean(html, url_schemes=schemes)
        # Neither a component's code nor its data may be shown as text.
        assert "function" not in left and '"component"' not in left, f"{place}, {page}: {left[:200]}"
        words = re.sub(r"<[^>]*>", "", left).strip()
        described = re.search(r'<img[^>]* alt="[^"]+"', left)
        assert words or described, f"{place}, {page}: nothing is left of {html[:200]}"
        if page == "with pictures" and "<img" in html:
            source = re.search(r'src="data:image/png;base64,([^"]+)"', left)
            assert source and min(picture_size(source[1])) > 1, f"{place}: the picture is gone"


def check_bundle(data: dict, place: str) -> None:
    assert joined(data.get("text/plain", "")).strip(), f"{place}: no plain text in {sorted(data)}"
    if "image/svg+xml" in data or COMPONENT in data:
        assert "image/png" in data, f"{place}: only pages that run scripts or draw SVG show this"
    if "image/png" in data:
        assert min(picture_size(joined(data["image/png"]))) > 1, place
    if "text/html" in data:
        check_html(joined(data["text/html"]), place)
    own = [kind for kind in data if kind.startswith("application/")]
    assert not own or {"image/png", "text/html"} & set(data), f"{place}: only text beside {own}"


def main(notebook: str) -> None:
    with open(notebook, encoding="utf-8") as file:
        cells = json.load(file)["cells"]
    kinds: Counter[str] = Counter()
    for cell in cells:
        for output in cell.get("outputs", []):
            assert output["output_type"] != "error", (cell["id"], output["ename"], output["evalue"])
            if "data" in output:
                check_bundle(output["data"], cell["id"])
                kinds.update(output["data"].keys())
    assert min(kinds[kind] for kind in (COMPONENT, "image/png", "text/html")) >= 5, kinds
    print(dict(kinds))


if __name__ == "__main__":
    main(*sys.argv[1:])
