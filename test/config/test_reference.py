# SPDX-License-Identifier: BSD-3-Clause
"""docs/configuration.md is complete and tells the truth."""
import json
import re

# How the page writes the objects that config-keys names by their place.
NAMES = {"": "", "/carp": "carp.", "/workers": "workers.", "/interfaces/*": "interfaces[].",
         "/interfaces/*/router_advertisement": "router_advertisement.",
         "/interfaces/*/router_advertisement/prefixes/*": "router_advertisement.prefixes[].",
         "/vhids/*": "vhids[].", "/routes/*": "routes[].", "/neighbors/*": "neighbors[].",
         "/notify/*": "notify[]."}


def rows(reference: str) -> dict:
    """The rows of the page's tables, by the key in the first column."""
    found = {}
    for line in reference.splitlines():
        match = re.match(r"\| `([^`]+)` \|(.*)\|$", line)
        if match:
            found[match.group(1)] = [cell.strip() for cell in match.group(2).split("|")]
    return found


def test_every_key_has_a_row(keys, reference):
    table = rows(reference)
    for place, entries in keys.items():
        for key in entries:
            assert key == "description" or NAMES[place] + key in table, f"{place}/{key}"
    assert "`description`" in reference


def test_every_row_is_a_key(keys, reference):
    known = {NAMES[place] + key for place, entries in keys.items() for key in entries}
    assert set(rows(reference)) <= known


def test_rows_have_range_and_default(keys, reference):
    table = rows(reference)
    for place, entries in keys.items():
        for key, entry in entries.items():
            if entry.get("type") not in ("integer", "boolean", "word"):
                continue
            values, default = table[NAMES[place] + key][:2]
            words = entry.get("words", [])
            assert all(f"`{word}`" in values for word in words), key
            if entry["type"] == "integer":
                assert f"{entry['min']}..{entry['max']}" in values, key
            expected = "required" if entry["required"] else ""
            if "default" in entry:
                expected = json.dumps(entry["default"]).strip('"')
            assert default.strip("`") == expected, key


def test_later_keys_are_said_to_be_refused(keys, reference):
    later = reference.split("## Not yet supported", 1)[1].split("\n## ", 1)[0]
    listed = set(rows(later))
    assert listed == {NAMES[place] + key for place, entries in keys.items()
                      for key, entry in entries.items() if entry.get("later")}


def test_examples_are_good(reference, errors):
    blocks = re.findall(r"```json\n(.*?)```", reference, re.S)
    assert blocks
    for block in blocks:
        assert errors(json.loads(block)) == []


def test_messages_of_the_page_are_real(reference, errors):
    """The file that the page shows has the errors that the page shows."""
    document = re.search(r"```json-with-errors\n(.*?)```", reference, re.S).group(1)
    shown = re.search(r"```messages\n(.*?)```", reference, re.S).group(1)
    said = [re.sub(r"^.*?koi\.json", "koi.json", line) for line in errors(json.loads(document))]
    assert said == [line for line in shown.splitlines() if ": warning: " not in line]
