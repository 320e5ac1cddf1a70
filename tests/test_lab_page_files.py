"""The lab page's own files: texts, what is carried along, types, modules that draw nothing."""

import json
import re
import shutil
import subprocess
from importlib.resources import files
from pathlib import Path

import pytest

from steppe.lab import vendor
from steppe.lab.ground import lay
from steppe.lab.moves import DEFAULT_START, load
from steppe.lab.questions import questions
from steppe.lab.setup import setup
from steppe.model.trace import Terms
from steppe.scenarios.load import library_files

HERE = Path(__file__).parent
PAGE = Path(str(files("steppe.lab") / "page"))
SOURCES = sorted(PAGE.glob("*.js"))
TEXTS = {path.stem: json.loads(path.read_text("utf-8")) for path in (PAGE / "text").glob("*.json")}
SERVER = ("lever.", "question.", "scenario.", "ask.")
"""Words that the server sends in English; another language has its own for them."""
PLURALS = {"en": {"one", "other"}, "ru": {"one", "few", "many", "other"}}


def translated(language):
    """Keys of a language that stand for words of the server."""
    return {key for key in TEXTS[language] if key.startswith(SERVER) and key not in TEXTS["en"]}


def places(text):
    whole = " ".join(text.values()) if isinstance(text, dict) else text
    return set(re.findall(r"\{(\w+)\}", whole))


def used():
    """Keys in the page's code: as they stand, and as patterns where a part is filled in."""
    found, patterns = set(), []
    for source in SOURCES:
        text = source.read_text("utf-8")
        for key in re.findall(
            r"""(?<![.\w])(?:t|has)\(\s*(?:[^()"`]*\?\s*)?["`]([^"`]+)["`]""", text
        ):
            parts = re.split(r"\$\{[^}]*\}", key)
            if len(parts) > 1:
                patterns.append(re.compile(".+".join(re.escape(p) for p in parts)))
            else:
                found.add(key)
        for one, other in re.findall(r"""\bt\([^"`]*\? "([\w.]+)" : "([\w.]+)\"""", text):
            found |= {one, other}
    found |= set(re.findall(r'data-(?:text|name)="([^"]+)"', (PAGE / "index.html").read_text()))
    return found, patterns


def test_languages_have_the_same_keys_and_fill_the_same_places():
    assert set(TEXTS) == {"en", "ru"}
    for language, texts in TEXTS.items():
        assert set(texts) - translated(language) == set(TEXTS["en"])
        for key, text in texts.items():
            if key in TEXTS["en"]:
                assert places(text) == places(TEXTS["en"][key]), key
            if isinstance(text, dict):
                assert set(text) == PLURALS[language], key


def test_every_text_is_used_and_every_used_one_is_there():
    literal, patterns = used()
    english = set(TEXTS["en"])
    assert {key for key in literal if key not in english} == set()
    unused = {k for k in english - literal if not any(p.fullmatch(k) for p in patterns)}
    assert unused == set()
    assert all(any(p.fullmatch(key) for key in english | translated("ru")) for p in patterns)


def test_russian_has_words_for_what_the_server_sends():
    found = setup(lay(DEFAULT_START))
    wanted = {f"lever.{lever['address']}" for lever in found["levers"]}
    wanted |= {f"question.{question}" for question in questions()}
    wanted |= {f"scenario.{name}" for name in library_files()}
    wanted |= {f"ask.{name}" for name in library_files() if load(name).compare_with}
    assert wanted - set(TEXTS["ru"]) == set()


def test_english_names_what_the_server_names():
    found = setup(lay(DEFAULT_START))
    english = TEXTS["en"]
    for kind, entries in (("state", found["states"]), ("patron", found["patrons"])):
        for entry in entries:
            assert english[f"{kind}.{entry.get('code') or entry.get('id')}"] == entry["name"]
    for area in found["areas"]:
        assert english[f"area.{area['id']}"] == area["name"]
    assert [r["k"] for r in found["rungs"]] == [k for k in range(9) if f"rung.{k}" in english]
    for quantity in found["quantities"]:
        assert f"quantity.{quantity['family']}" in english
    for badge in found["badges"]:
        assert f"badge.{badge}.meaning" in english


def test_every_term_of_a_utility_has_a_name():
    for language, texts in TEXTS.items():
        named = {key.removeprefix("term.") for key in texts if key.startswith("term.")}
        assert named == set(Terms._fields), language


def test_no_words_stand_in_the_code():
    """Text nodes come from the text files; symbols and key names are no words."""
    for source in SOURCES:
        text = re.sub(r"//[^\n]*|/\*.*?\*/", "", source.read_text("utf-8"), flags=re.DOTALL)
        for said in re.findall(r"""textContent = (?:"([^"]*)"|`([^`]*)`)""", text):
            words = re.sub(r"\$\{[^}]*\}", "", "".join(said))
            assert not re.search(r"[A-Za-z]{3}", words), (source.name, said)


def test_the_page_names_no_other_place():
    """Only the names of two XML vocabularies are addresses in the page's own files."""
    for path in [*SOURCES, *PAGE.glob("*.html"), *PAGE.glob("*.css"), *PAGE.glob("*.svg")]:
        found = set(re.findall(r"https?://[^\s\"')]+", path.read_text("utf-8")))
        assert found <= {"http://www.w3.org/2000/svg"}, path.name


@pytest.mark.parametrize("folder", [vendor.PAGE, HERE / "data" / "axe-core"])
def test_carried_libraries_are_what_their_digests_say(folder):
    told = vendor.read(folder)
    assert told["licence"] in ("Apache-2.0", "MPL-2.0")
    assert any(name.startswith("LICENSE") for name in told["files"])
    assert {p.name for p in folder.iterdir()} == {*told["files"], vendor.MANIFEST}
    assert vendor.check(folder) == []


def test_a_changed_library_is_noticed(tmp_path):
    folder = tmp_path / "vendor"
    shutil.copytree(vendor.PAGE, folder)
    with (folder / "echarts.min.js").open("ab") as file:
        file.write(b" ")
    (folder / "NOTICE.txt").unlink()
    assert set(vendor.check(folder)) == {"echarts.min.js", "NOTICE.txt"}
    assert vendor.main(["check", str(folder)]) == 1
    assert vendor.main(["check", str(tmp_path)]) == 2


def test_pure_modules_by_nodes_own_runner():
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    done = subprocess.run([node, "--test", str(HERE / "page")], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-4000:]
    assert re.search(r"pass [1-9]\d", done.stdout)


def test_types_hold():
    compiler = shutil.which("tsc")
    if compiler is None:
        pytest.skip("tsc (npm install -g typescript) is not installed")
    project = str(HERE / "page" / "tsconfig.json")
    done = subprocess.run([compiler, "-p", project], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-4000:]
