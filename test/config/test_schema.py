# SPDX-License-Identifier: BSD-3-Clause
"""The schema and the parser know the same keys and come to the same verdicts."""
import copy
import json

import jsonschema
import pytest

RA = {"prefixes": [{"prefix": "2001:db8::/64"}]}

BASE = {
    "interfaces": [{"name": "lan", "device": "net_null0", "addresses": ["10.0.0.7/24"],
                    "router_advertisement": RA}],
    "vhids": [{"interface": "lan", "vhid": 1, "addresses": ["10.0.0.1/24", "fe80::1/64"]}],
    "routes": [{"prefix": "10.1.0.0/16", "via": "10.0.0.2"}],
    "neighbors": [{"interface": "lan", "address": "10.0.0.2", "mac": "02:00:00:00:00:02"}],
    "notify": [{"exec": "/bin/sh"}],
}

# The same with a sub-interface in the first place.
VLAN_BASE = {
    **BASE,
    "interfaces": [
        {"name": "lan", "parent": "port", "vlan": 9, "addresses": ["10.0.0.7/24"],
         "router_advertisement": RA},
        {"name": "port", "device": "net_null0"},
    ],
}

# A value of each JSON type; of what a key accepts, config-keys tells the rest.
TYPES = [None, True, 1.5, "text", [], {}]

OWN = "/interfaces/*"
VHID = "/vhids/*"
NOTIFY = "/notify/*"
ROUTE = "/routes/*"
NEIGHBOR = "/neighbors/*"
ADVERT = OWN + "/router_advertisement"
PREFIX = ADVERT + "/prefixes/*"

# What no range says.
VALUES = {
    ("", "$schema"): ["koi.schema.json"],
    ("", "description"): [""],
    (OWN, "name"): ["lan", "Lan", "1lan", "lan ", "", "abcdefghijklmno", "abcdefghijklmnop",
                    "l.-_9"],
    (OWN, "device"): ["", "d", ",x=1", "d,x=1", "d" * 63, "d" * 64, "d" * 63 + ",x", "0000:03:00.0",
                      "d,\nx", "d\x7f"],
    (OWN, "addresses"): [[], ["10.0.0.9/24"], ["10.0.0.9"], ["fd00::1/64"], ["fd00::1"],
                         ["fe80::9/10"], [7], ["10.0.0.9/24/1"], ["fd00::1/64/1"]],
    (OWN, "rx_queues"): [0, 1, 1024, 1025, -1, "auto", "1"],
    (VHID, "interface"): ["lan"],
    (VHID, "addresses"): [["10.0.0.9/32"], [], ["10.0.0.9"], ["fd00::9/64"], [None]],
    (VHID, "pass"): ["", "x", "x" * 19, "x" * 20],
    (VHID, "pass_file"): ["", "a\nb"],
    (VHID, "pass_accept"): [["a"], ["x" * 19], ["x" * 20], [""], [7], list("abcdefgh"),
                            list("abcdefghi")],
    (VHID, "peers"): [["10.0.0.4"], ["10.0.0.4/24"], ["fd00::4/64"], [7],
                      [f"10.0.0.{i}" for i in range(8, 24)],
                      [f"10.0.0.{i}" for i in range(8, 25)]],
    (OWN, "parent"): ["port"],
    ("", "routes_file"): ["", "a\nb", "/nowhere/none"],
    (ROUTE, "prefix"): ["10.2.0.0/16", "10.2.0.0", "10.2.0.0/16/1", "::/0", "10.2.0.1/16"],
    (ROUTE, "via"): ["10.0.0.3", ["10.0.0.3"], ["10.0.0.3", "10.0.0.3"], "10.0.0.3/24", [7], "",
                     [f"10.0.0.{i}" for i in range(8, 24)],
                     [f"10.0.0.{i}" for i in range(8, 25)]],
    (ROUTE, "interface"): ["lan"],
    (NEIGHBOR, "interface"): ["lan"],
    (NEIGHBOR, "address"): ["10.0.0.3", "10.0.0.3/24", "fd00::3", "fe80::3", ""],
    (NEIGHBOR, "mac"): ["02:00:00:00:00:fF", "2:0:0:0:0:1", "02-00-00-00-00-01", "",
                        "02:00:00:00:00", "02:00:00:00:00:01:01"],
    (ADVERT, "dns"): [["fd00::53"], ["10.0.0.53"], ["fd00::53/64"], [7],
                      [f"fd00::{i}" for i in range(1, 9)], [f"fd00::{i}" for i in range(1, 10)]],
    (ADVERT, "prefixes"): [[{"prefix": f"fd00:0:0:{i}::/64"} for i in range(count)]
                           for count in (32, 33)],
    (PREFIX, "prefix"): ["fd00::/64", "fd00::1/64", "10.0.0.0/24", "fd00::", "fd00::/64/1"],
    (NOTIFY, "exec"): ["/bin/sh", "bin/sh", "", "/bin/\nx", "/nowhere/none"],
}


def at(document: dict, place: str) -> dict:
    """The object of the document that the place of config-keys stands for."""
    for step in place.split("/")[1:]:
        document = document[0] if step == "*" else document.setdefault(step, {})
    return document


def all_at(document: dict, place: str) -> list:
    """All objects that the place stands for."""
    found = [document]
    for step in place.split("/")[1:]:
        if step == "*":
            found = [element for array in found for element in array]
        else:
            found = [value[step] for value in found if step in value]
    return found


def resolve(schema: dict, node: dict) -> dict:
    while "$ref" in node:
        node = schema["$defs"][node["$ref"].rsplit("/", 1)[1]]
    return node


def properties(schema: dict, place: str) -> tuple:
    """The schema's keys of an object and the names of the required ones."""
    node = schema
    for step in place.split("/")[1:]:
        node = node["items"] if step == "*" else node["properties"][step]
        node = resolve(schema, node)
    assert node["additionalProperties"] is False, place
    found = {key: resolve(schema, value) for key, value in node["properties"].items()}
    return found, set(node.get("required", []))


def test_schema_is_a_schema(schema):
    jsonschema.Draft202012Validator.check_schema(schema)


def test_samples_are_good(schema, samples, errors):
    assert len(samples) >= 5
    for sample in samples:
        document = json.loads(sample.read_text())
        jsonschema.Draft202012Validator(schema).validate(document)
        assert document["description"], sample
        assert errors(sample) == []


def test_schema_and_parser_know_the_same_keys(schema, keys):
    for place, table in keys.items():
        found, required = properties(schema, place)
        supported = {key for key, entry in table.items() if not entry.get("later")}
        assert set(found) == supported, place
        assert required == {key for key in supported
                            if table[key]["required"] and "unless" not in table[key]}, place


def test_every_key_is_described(schema, keys):
    for place in keys:
        for key, value in properties(schema, place)[0].items():
            assert value.get("description"), f"{place}/{key}"


def expected_keywords(entry: dict) -> dict:
    """What the schema must say of a key that the parser describes so."""
    names = {"integer": {"min": "minimum", "max": "maximum"},
             "array": {"min": "minItems", "max": "maxItems"},
             "word": {"words": "enum"}}.get(entry.get("type"), {})
    expected = {keyword: entry[name] for name, keyword in names.items()}
    if "default" in entry:
        expected["default"] = entry["default"]
    return expected


def test_ranges_words_and_defaults_agree(schema, keys):
    for place, table in keys.items():
        found = properties(schema, place)[0]
        for key, entry in table.items():
            for keyword, value in expected_keywords(entry).items():
                assert found[key][keyword] == value, f"{place}/{key}/{keyword}"


def candidates(place: str, key: str, entry: dict) -> list:
    values = TYPES + VALUES.get((place, key), [])
    if entry["type"] == "integer":
        values = values + [entry["min"] - 1, entry["min"], entry["max"], entry["max"] + 1]
    elif entry["type"] == "word":
        values = values + entry["words"] + [entry["words"][0].upper()]
    return values


def verdicts(schema: dict, keys: dict, base: dict) -> list:
    """Every document that differs from the base in one value, with the schema's opinion."""
    validator = jsonschema.Draft202012Validator(schema)
    found = []
    for place, table in keys.items():
        for key, entry in table.items():
            if entry.get("later"):
                continue
            for value in candidates(place, key, entry):
                document = copy.deepcopy(base)
                at(document, place)[key] = value
                found.append((document, validator.is_valid(document)))
    return found


# What only the parser can know; it says more than the schema there.
BEYOND_SCHEMA = ("is not the name of an interface", "No such file or directory",
                 "is more than the parent's, which is 1500", "which IPv6 needs",
                 "needs a vhid with a link-local virtual address on lan",
                 "is more than 0.75 of interval_s, which is 600",
                 "is more than the interface's, which is 1500",
                 "is more than valid_s, which is 2592000", "is not on the link of lan",
                 "is not link-local, so its interface is known", "is not of the prefix's family",
                 "has host bits, the prefix is 10.2.0.0/16",
                 "has host bits, the prefix is fd00::/64")


@pytest.mark.parametrize("base", [BASE, VLAN_BASE], ids=["device", "vlan"])
def test_schema_and_parser_come_to_the_same_verdict(base, schema, keys, errors):
    documents = verdicts(schema, keys, base)
    assert sum(good for _, good in documents) > 50
    assert sum(not good for _, good in documents) > 200
    for document, good in documents:
        said = [line for line in errors(document) if not line.endswith(BEYOND_SCHEMA)]
        assert good == (said == []), (document, said)


@pytest.mark.parametrize("change", [
    {"pass": "x", "pass_file": "y"},
    {"advbase": 0},
    {"advbase": 0, "advskew": 0},
    {"unknown": 1},
])
def test_what_concerns_several_keys_is_refused_by_both(change, schema, errors):
    document = copy.deepcopy(BASE)
    document["vhids"][0].update(change)
    assert not jsonschema.Draft202012Validator(schema).is_valid(document)
    assert errors(document) != []


@pytest.mark.parametrize("interface", [
    {},
    {"vlan": 9},
    {"parent": "lan"},
    {"device": "d", "vlan": 9},
    {"device": "d", "parent": "lan", "vlan": 9},
    {"parent": "lan", "vlan": 9, "rx_queues": "auto"},
    {"parent": "lan", "vlan": 9, "mac_mode": "auto"},
])
def test_half_a_sub_interface_is_refused_by_both(interface, schema, errors):
    document = copy.deepcopy(BASE)
    document["interfaces"].append({"name": "b", **interface})
    assert not jsonschema.Draft202012Validator(schema).is_valid(document)
    assert errors(document) != []


@pytest.mark.parametrize("route", [
    {"via": "10.0.0.2", "blackhole": True},
    {"interface": "lan", "blackhole": True},
    {"via": "fe80::2", "interface": "lan", "blackhole": True},
    {"blackhole": False},
    {},
])
def test_a_route_has_one_way(route, schema, errors):
    document = copy.deepcopy(BASE)
    document["routes"].append({"prefix": "10.2.0.0/16", **route})
    assert not jsonschema.Draft202012Validator(schema).is_valid(document)
    assert errors(document) != []


@pytest.mark.parametrize("route", [
    {"prefix": "10.2.0.0/16", "via": ["10.0.0.2", "10.0.0.3"]},
    {"prefix": "10.2.0.0/16", "interface": "lan"},
    {"prefix": "10.2.0.0/16", "blackhole": True},
    {"prefix": "::/0", "via": "fe80::2", "interface": "lan"},
])
def test_each_way_of_a_route_is_good_for_both(route, schema, errors):
    document = copy.deepcopy(BASE)
    document["routes"].append(route)
    jsonschema.Draft202012Validator(schema).validate(document)
    assert errors(document) == []


def test_settings_sample_has_every_key(keys, samples):
    sample = next(p for p in samples if p.name == "settings.json")
    document = json.loads(sample.read_text())
    for place, table in keys.items():
        used = set().union(*all_at(document, place))
        supported = {key for key, entry in table.items() if not entry.get("later")}
        assert supported - used <= {"pass_file"}, place


def test_later_keys_are_refused_by_both(schema, keys, errors):
    validator = jsonschema.Draft202012Validator(schema)
    later = [(place, key) for place, table in keys.items() for key in table
             if table[key].get("later")]
    for place, key in later:
        document = copy.deepcopy(BASE)
        at(document, place)[key] = 1
        assert not validator.is_valid(document), key
        assert [line for line in errors(document) if line.endswith(f"/{key}: not yet supported")]
