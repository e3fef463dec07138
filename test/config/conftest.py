# SPDX-License-Identifier: BSD-3-Clause
"""The schema, the samples and the parser's own view of its keys."""
import json
import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


def tool(name: str) -> str:
    return os.path.join(os.environ["CONFIG_TOOLS"], name)


@pytest.fixture(scope="session")
def schema() -> dict:
    return json.loads((ROOT / "config/koi.schema.json").read_text())


@pytest.fixture(scope="session")
def samples() -> list:
    return sorted(p for p in (ROOT / "config").glob("*.json") if p.name != "koi.schema.json")


@pytest.fixture(scope="session")
def keys() -> dict:
    """By place of the object, then by key: what config-keys prints."""
    return json.loads(subprocess.check_output([tool("config-keys")], timeout=10))


@pytest.fixture(scope="session")
def reference() -> str:
    return (ROOT / "docs/configuration.md").read_text()


@pytest.fixture
def errors(tmp_path):
    """A function: the parser's errors for a document (dict) or a file (path)."""
    def load(document) -> list:
        path = document
        if isinstance(document, dict):
            path = tmp_path / "koi.json"
            path.write_text(json.dumps(document))
        run = subprocess.run([tool("config-verdict"), str(path)], capture_output=True, text=True,
                             timeout=10, check=False)
        lines = [line for line in run.stdout.splitlines()
                 if not line.startswith(f"{path}: warning:")]
        assert run.returncode == (3 if lines else 0), run
        return lines
    return load
