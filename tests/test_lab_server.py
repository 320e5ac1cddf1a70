"""The lab's server as a browser meets it, on loopback."""

import asyncio
import contextlib
import json
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import tomllib
from concurrent.futures import ThreadPoolExecutor, as_completed
from itertools import pairwise
from urllib.parse import quote

import pytest

from steppe.lab import serve
from steppe.lab.answers import Answers
from steppe.lab.errors import BusyError, DroppedError
from steppe.lab.futures import Engine
from steppe.lab.guard import BODY_MOST, COOKIE
from steppe.lab.jobs import CROWDED, Jobs
from steppe.lab.moves import move_of
from steppe.lab.page_files import listed
from steppe.lab.serve import listen
from steppe.lab.setup import declared
from steppe.lab.summary import QUANTITIES
from steppe.model.errors import InputError
from steppe.model.names import AREAS
from tests.lab_running import Running, running, waited

LEVER = "l=budget.russia:factor:0.4:2026"


@pytest.fixture(scope="module")
def lab():
    with running() as server:
        server.settled("/api/move?n=100")
        yield server


# ------------------------------------------------------------ answers


def test_thirty_clients_get_their_own_answers(lab):
    """Different moves at once, each asked by three clients: none mixed, none lost."""
    engine = lab.answers.engine
    moves = [
        f"n=100&seed=1&l=budget.{patron}:factor:{factor}:{year}"
        for patron in ("china", "russia")
        for factor in (0.0, 0.5, 1.5)
        for year in (2026, 2030)
    ][:10]
    with ThreadPoolExecutor(30) as clients:
        got = list(clients.map(lambda q: lab.settled(f"/api/move?{q}"), moves * 3))
    assert [answer.status for answer in got] == [200] * 30
    for query, *answers in zip(moves, got[:10], got[10:20], got[20:], strict=True):
        move = move_of([tuple(part.split("=")) for part in query.split("&")], (100,))
        direct = json.loads(Answers(engine).figures(move, threading.Event()))
        for answer in answers:
            assert {**answer.json, "ms": 0} == {**direct, "ms": 0}
    assert len({answer.json["digest"] for answer in got}) == 10


def test_a_burst_at_rest_is_answered_whole_and_true(lab, monkeypatch):
    """Thirty different moves at once, as pages ask at rest: full, or the first futures of it."""
    assert lab.settled("/api/move").status == 200
    levers = [f"l=budget.china:factor:{0.03 * k:.2f}:2026" for k in range(30)]
    whole, hold = Engine.pair, threading.Event()

    def slow(self, move, dropped=None):
        assert move.n == 100 or hold.wait(60.0)
        return whole(self, move, dropped)

    monkeypatch.setattr(Engine, "pair", slow)
    got = {}
    with ThreadPoolExecutor(30) as clients:
        asked = {clients.submit(lab.ask, f"/api/move?{query}"): query for query in levers}
        for job in as_completed(asked):
            got[asked[job]] = job.result()
            if len(got) == len(levers) - CROWDED:
                hold.set()
    monkeypatch.undo()
    assert [answer.status for answer in got.values()] == [200] * 30
    futures = [answer.json["n"] for answer in got.values()]
    assert futures == [100] * (30 - CROWDED) + [1000] * CROWDED
    assert {answer.json["most"] for answer in got.values()} == {1000}
    alone = Answers(lab.answers.engine)
    for query, answer in got.items():
        move = alone.move([("l", query[2:]), ("n", str(answer.json["n"]))])
        direct = json.loads(alone.figures(move, threading.Event()))
        assert {**answer.json, "ms": 0} == {**direct, "ms": 0}
    assert lab.ask(f"/api/move?{next(iter(got))}").json["n"] == 1000  # now that it is quiet


def test_a_lane_is_crowded_from_so_many_answers_on():
    async def crowd():
        jobs, hold = Jobs(), threading.Event()
        tasks = [
            asyncio.ensure_future(jobs.get(f"{n}", lambda _: bytes(hold.wait(5.0)), never))
            for n in range(CROWDED - 1)
        ]
        await asyncio.sleep(0.05)
        assert not jobs.crowded("new")
        tasks.append(asyncio.ensure_future(jobs.get("last", lambda _: b"", never)))
        await asyncio.sleep(0.05)
        assert jobs.crowded("new")
        hold.set()
        await asyncio.gather(*tasks)
        jobs.close()

    asyncio.run(crowd())


def test_who_says_how_many_gets_as_many_in_a_crowd_too(lab, monkeypatch):
    """What a page asks again, and files, are of all futures."""
    lab.settled("/api/move")
    monkeypatch.setattr(Jobs, "crowded", lambda self, key: True)
    assert lab.ask(f"/api/move?{LEVER}").json["n"] == 100
    found = lab.ask(f"/api/move?{LEVER}&n=1000").json
    assert found["n"] == 1000
    file = lab.ask(f"/api/scenario.toml?{LEVER}")
    assert file.headers["x-steppe-digest"] == found["digest"]
    assert "--runs 1000" in file.body.decode()


def test_setup_has_all_that_a_page_needs(lab):
    told = lab.ask("/api/setup").json
    assert told["futures"] == [100, 1000]
    assert len(told["states"]) == 5
    assert [q["id"] for q in told["quantities"]] == list(QUANTITIES)
    assert sum(lever["front"] for lever in told["levers"]) <= 6
    assert {lever["rests"] for lever in told["levers"]} == {"data", "prior"}
    events = told["events"]
    assert all(event["sources"] for event in events)
    assert all(source["locator"] for event in events for source in event["sources"])
    assert any(event["note"] for event in events)
    known = {area["id"] for area in told["areas"]}
    assert all(event["areas"] and set(event["areas"]) <= known for event in events)
    assert all(preset["start"] in told["cut"] for preset in told["presets"])
    assert told["share"] is None
    assert "answer" not in json.dumps(told["questions"])


@pytest.mark.parametrize("entry", declared(), ids=lambda entry: entry["address"])
def test_the_whole_range_of_each_lever_can_be_computed(lab, entry):
    address = quote(entry["address"], safe="*.")
    [shown] = [
        one for one in lab.ask("/api/setup").json["levers"] if one["address"] == entry["address"]
    ]
    assert entry["low"] == shown["low"] < shown["high"] <= entry["high"]
    for number in (shown["low"], shown["high"]):
        query = f"n=200&l={address}:{entry['kind']}:{number}:{entry['from']}"
        assert lab.settled(f"/api/move?{query}").status == 200


def test_each_question_of_a_page_is_answered(lab):
    asked = {
        "why": "sel=TJ&year=2028&future=3",
        "walk": "future=3",
        "sweep": "lever=budget.china&points=3&year=2030",
    }
    for name, query in asked.items():
        assert lab.ask(f"/api/{name}?n=100&{LEVER}&{query}").status == 200, name
    why = lab.ask(f"/api/why?n=100&{LEVER}&sel=TJ&year=2028&future=3").json
    decision = why["what"]["decisions"][0]
    patron = decision["onTable"][0]["patron"]
    got = lab.ask(
        f"/api/overrule?n=100&{LEVER}&sel=TJ&year=2028&future=3&patron={patron}"
        f"&choice=refuse&decision={decision['id']}&continuations=50"
    ).json
    assert got["n"] == 50
    assert set(got["areas"]) == set(AREAS)


def test_files_carry_the_digest_of_the_move(lab):
    shown = lab.ask(f"/api/move?n=100&{LEVER}").json["digest"]
    file = lab.ask(f"/api/scenario.toml?n=100&{LEVER}")
    assert file.headers["x-steppe-digest"] == shown
    assert tomllib.loads(file.body.decode())["levers"][0]["factor"] == 0.4
    table = lab.ask(f"/api/table.csv?n=100&{LEVER}")
    lines = table.body.decode().splitlines()
    assert lines[0] == "side,area,patron,year,statistic,value,digest"
    assert all(line.endswith(shown) for line in lines[1:])
    mean = lab.ask(f"/api/move?n=100&{LEVER}").json["areas"]["defence"]["what"]["mean"][-1]
    row = next(line for line in lines if line.startswith("what,defence,all,2035,mean,"))
    assert float(row.split(",")[5]) == pytest.approx(mean, abs=1e-4)


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/api/move?n=7", "n"),
        ("/api/move?l=x", "l[1]"),
        ("/api/move?n=100&l=budget.china:factor:1:2026&l=budget.russia:factor:99:2026", "l[2]"),
        ("/api/why?n=100&sel=XX&year=2030", "sel"),
        ("/api/why?n=100&sel=TJ", "year"),
        ("/api/why?n=100&sel=TJ&year=2030&future=100", "future"),
        ("/api/walk?n=100&future=-1", "future"),
        ("/api/overrule?n=100&sel=TJ&year=2030&patron=iran&choice=accept", "patron"),
        ("/api/overrule?n=100&sel=TJ&year=2030&patron=china&choice=maybe", "choice"),
        ("/api/sweep?n=100&lever=nothing", "kind"),
        ("/api/sweep?n=100&lever=budget.china&points=1000", "points"),
        ("/api/sweep?n=100&lever=budget.china&low=nan", "low"),
        ("/api/move?n=100&l=budget.russia%3Afactor%3A1%3A2026%00", "l[1]"),
    ],
)
def test_wrong_input_is_named(lab, path, field):
    got = lab.ask(path)
    assert got.status == 400
    assert got.json["error"]["field"] == field
    assert got.json["error"]["message"]


# ------------------------------------------------------------ who may ask


def test_pages_are_the_listed_files_and_nothing_else(lab):
    home = lab.ask("/")
    assert home.status == 200
    assert home.headers["content-type"].startswith("text/html")
    assert home.body == lab.ask("/page/index.html").body
    assert lab.ask("/", if_none_match=home.headers["etag"]).status == 304
    for path in ("../app.py", "..%2fapp.py", "%2e%2e/levers.toml", "/etc/passwd", "nothing.js", ""):
        assert lab.ask(f"/page/{path}").status == 404
    assert "index.html" in listed()


def test_every_answer_has_the_policy(lab):
    for path in ("/", "/api/setup", "/api/move?n=7", "/nothing"):
        headers = lab.ask(path).headers
        assert headers["content-security-policy"].startswith("default-src 'self';")
        assert headers["x-content-type-options"] == "nosniff"
    assert lab.ask("/api/setup").headers["cache-control"] == "no-store"


def test_other_names_and_other_sites_are_refused(lab):
    assert lab.ask("/api/setup", host="evil.example").status == 421
    assert lab.ask("/api/setup", host=lab.place.replace("127.0.0.1", "localhost")).status == 200
    assert lab.ask("/api/setup", origin="http://evil.example").status == 403
    assert lab.ask("/api/setup", origin=f"http://{lab.place}").status == 200
    question = {"question": "china-aid-turkmenistan"}
    refused = lab.ask("/api/class", "POST", question, origin="http://evil.example")
    assert refused.status == 403
    plain = lab.ask("/api/class", "POST", question, content_type="text/plain")
    assert plain.status == 400


def test_sizes_are_bounded(lab):
    assert lab.ask("/api/class", "POST", b"x" * (BODY_MOST + 1)).status == 413
    assert lab.ask("/api/move?l=" + "x" * 9000).status == 414
    with socket.create_connection(lab.place.split(":"), timeout=20) as raw:
        head = f"POST /api/class HTTP/1.1\r\nHost: {lab.place}\r\nTransfer-Encoding: chunked\r\n"
        raw.sendall(f"{head}Content-Type: application/json\r\n\r\n".encode())
        for _ in range(5):
            raw.sendall(b"1000\r\n" + b" " * 4096 + b"\r\n")
        raw.sendall(b'25\r\n{"question":"china-aid-turkmenistan"}\r\n0\r\n\r\n')
        assert b" 201 " not in raw.recv(4096)


def test_a_shared_lab_wants_its_key_once(lab):
    with running("a-key-of-this-test", lab.answers.engine.__class__()) as shared:
        assert shared.ask("/").status == 403
        assert shared.ask("/api/setup").status == 403
        assert shared.ask("/?key=wrong").status == 403
        assert shared.ask("/api/setup", cookie=f"{COOKIE}=wrong").status == 403
        let_in = shared.ask("/?lang=ru&key=a-key-of-this-test&l=a:b")
        assert let_in.status == 303
        assert let_in.headers["location"] == "/?lang=ru&l=a%3Ab"
        cookie = let_in.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        cookie = cookie.split(";")[0]
        assert shared.ask("/", cookie=cookie).status == 200
        away = shared.ask("//evil.example/?key=a-key-of-this-test")
        assert away.headers["location"] == "/"
        assert shared.ask("//evil.example/", cookie=cookie).status == 404
        code = shared.ask("/api/qr.svg?l=budget.russia:factor:0.4:2026", cookie=cookie)
        assert code.body.startswith(b"<svg")
        long = shared.ask("/api/qr.svg?" + "&".join([LEVER] * 60), cookie=cookie)
        assert long.status == 400
    assert lab.ask("/api/qr.svg").status == 400


def test_the_command_serves_until_it_is_interrupted(tmp_path):
    with listen("127.0.0.1", 0) as free:
        port = free.getsockname()[1]
    command = f"lab --no-browser --futures 200 --port {port}"
    code = "from steppe.cli.main import entry; entry()"
    process = subprocess.Popen(
        [sys.executable, "-c", code, *command.split()],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=tmp_path,
    )  # fmt: skip
    try:
        assert process.stdout.readline().strip() == f"The lab is at http://127.0.0.1:{port}/"
        server = Running(None, f"127.0.0.1:{port}")
        for _ in range(100):
            with contextlib.suppress(OSError):
                assert server.ask("/").status == 200
                break
            time.sleep(0.1)
        assert server.ask("/api/setup").json["futures"] == [100, 200]
        process.send_signal(signal.SIGINT)
        assert process.wait(30.0) in (0, 130, -signal.SIGINT)
        assert "Traceback" not in process.stdout.read()
    finally:
        process.kill()
        process.stdout.close()
        process.wait()


@pytest.mark.parametrize(
    ("words", "said"), [(("--futures", "7"), "200, 400"), (("--port", "99999"), "--port")]
)
def test_the_command_refuses_what_it_cannot_serve(words, said, tmp_path):
    code = "from steppe.cli.main import entry; entry()"
    done = subprocess.run(
        [sys.executable, "-c", code, "lab", "--no-browser", *words],
        capture_output=True, text=True, cwd=tmp_path, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert said in done.stderr


def test_a_port_in_use_is_said():
    with listen("127.0.0.1", None) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(InputError, match="in use"):
            listen("127.0.0.1", port)
        with listen("127.0.0.1", None) as other:
            assert other.getsockname()[1] != port


def test_mesas_viewer_asks_nobody_outside(monkeypatch):
    """Solara would look for a newer version of itself, and fetch what its assets lack."""
    monkeypatch.setattr(serve, "find_spec", lambda name: name)
    ran = []
    monkeypatch.setattr(serve.subprocess, "run", lambda words, **more: ran.append((words, more)))
    told = []
    serve.view(None, False, told.append)
    words, more = ran[0]
    assert "--no-check-version" in words
    assert words[words.index("--host") + 1] == "127.0.0.1"
    assert more["env"]["SOLARA_ASSETS_CDN"].startswith("http://127.0.0.1:")
    assert more["env"]["SOLARA_TELEMETRY_MIXPANEL_ENABLE"] == "False"
    assert words[words.index("--port") + 1] in told[0]


# ------------------------------------------------------------ jobs


async def never():
    await asyncio.sleep(60.0)
    return True


def test_the_same_question_is_computed_once():
    async def ask():
        jobs, made = Jobs(), []

        def make(dropped):
            made.append(1)
            time.sleep(0.2)
            return b"answer"

        got = await asyncio.gather(*(jobs.get("key", make, never) for _ in range(20)))
        again = await jobs.get("key", make, never)
        jobs.close()
        return got, again, made

    got, again, made = asyncio.run(ask())
    assert got == [b"answer"] * 20
    assert again == b"answer"
    assert made == [1]


def test_a_job_that_nobody_waits_for_is_dropped():
    async def ask():
        jobs, seen = Jobs(), []

        def make(dropped):
            seen.append(dropped.wait(5.0))
            raise DroppedError

        async def leave():
            await asyncio.sleep(0.1)
            return True

        with pytest.raises(DroppedError):
            await jobs.get("key", make, leave)
        await asyncio.sleep(0.2)
        fresh = await jobs.get("key", lambda dropped: b"fresh", never)
        jobs.close()
        return seen, fresh

    seen, fresh = asyncio.run(ask())
    assert seen == [True]
    assert fresh == b"fresh"


def test_one_who_stays_keeps_the_job_alive():
    async def ask():
        jobs = Jobs()

        def make(dropped):
            return b"dropped" if dropped.wait(0.4) else b"kept"

        async def leave():
            await asyncio.sleep(0.1)
            return True

        leaver = asyncio.ensure_future(jobs.get("key", make, leave))
        stayed = await jobs.get("key", make, never)
        with pytest.raises(DroppedError):
            await leaver
        jobs.close()
        return stayed

    assert asyncio.run(ask()) == b"kept"


def test_too_many_different_questions_are_turned_away():
    async def ask():
        jobs = Jobs()
        hold = threading.Event()

        def make(dropped):
            hold.wait(5.0)
            return b"answer"

        tasks = [asyncio.ensure_future(jobs.get(f"{n}", make, never)) for n in range(48)]
        await asyncio.sleep(0.1)
        with pytest.raises(BusyError):
            await jobs.get("one more", make, never)
        assert await jobs.get("dragged", lambda dropped: b"at once", never, "quick") == b"at once"
        hold.set()
        got = await asyncio.gather(*tasks)
        jobs.close()
        return got

    assert asyncio.run(ask()) == [b"answer"] * 48


def test_a_closed_connection_drops_the_computing(lab):
    """A client that leaves: the futures of its move stop being walked."""
    engine = lab.answers.engine
    seen = []
    whole = Engine.pair

    def watched(self, move, dropped=None):
        seen.append(dropped)
        dropped.wait(5.0)
        return whole(self, move, dropped)

    Engine.pair = watched
    try:
        connection = lab.connect()
        connection.request("GET", "/api/move?n=100&l=budget.china:factor:0.77:2027")
        while not seen:
            time.sleep(0.01)
        connection.close()
        assert seen[0].wait(3.0)
    finally:
        Engine.pair = whole
    move = move_of([("n", "100"), ("l", "budget.china:factor:0.77:2027")], (100,))
    gone = threading.Event()
    gone.set()
    with pytest.raises(DroppedError):
        engine.pair(move, gone)
    assert waited(engine, move).first == 2027


def test_answers_kept_are_bounded():
    async def ask():
        jobs = Jobs()
        for n in range(40):
            await jobs.get(f"{n}", lambda dropped: bytes(2**20), never)
        sizes = jobs._size, len(jobs._made)
        jobs.close()
        return sizes

    size, number = asyncio.run(ask())
    assert size == number * 2**20 <= 32 * 2**20


# ------------------------------------------------------------ classes


def test_a_class_predicts_and_then_sees(lab):
    opened = lab.ask("/api/class", "POST", {"question": "china-exercise-uzbekistan"})
    assert opened.status == 201
    code, token = opened.json["code"], opened.json["token"]
    place = f"/api/class/{code}"
    assert re.fullmatch("[A-Z]{5}", code)
    answers = [
        lab.ask(f"{place}/answer", "POST", {"probability": p}).json["answer"] for p in (0.2, 0.9, 1)
    ]
    changed = lab.ask(f"{place}/answer", "POST", {"probability": 0.4, "answer": answers[0]})
    assert changed.json["answers"] == 3
    seen = lab.ask(place).json
    assert seen["answers"] == 3
    assert "distribution" not in seen
    assert "token" not in json.dumps(seen)
    teacher = {"x_steppe_teacher": token}
    assert lab.ask(place, **teacher).json["distribution"]["each"] == [0.4, 0.9, 1.0]
    assert lab.ask(f"{place}/reveal", "POST").status == 403
    assert lab.ask(f"{place}/export.csv").status == 403
    assert lab.ask(place, "DELETE", x_steppe_teacher="x").status == 403
    while (told := lab.ask(f"{place}/reveal", "POST", **teacher)).status == 202:
        time.sleep(0.3)
    result = told.json["result"]
    assert result["record"] is True
    assert 0.0 < result["engine"] < 1.0
    assert "fitted" in result["note"]
    assert result["brier"]["each"] == pytest.approx([0.36, 0.01, 0.0])
    assert lab.ask(place).json["result"] == result
    assert lab.ask(f"{place}/answer", "POST", {"probability": 0.5}).status == 400
    rows = lab.ask(f"{place}/export.csv").body.decode().splitlines()
    assert len(rows) == 1 + 3 + 3
    assert all(
        later >= sooner for sooner, later in pairwise(row.split(",")[-5] for row in rows[1:4])
    )
    assert lab.ask(place, "DELETE", **teacher).json == {"closed": code}
    assert lab.ask(place).status == 404


@pytest.mark.parametrize("probability", [-0.1, 1.1, "0.5", None, True, 1e999])
def test_an_answer_is_a_probability(lab, probability):
    code = lab.ask("/api/class", "POST", {"question": "china-aid-turkmenistan"}).json["code"]
    got = lab.ask(f"/api/class/{code}/answer", "POST", {"probability": probability})
    assert got.status == 400


def test_a_class_of_no_question_or_code_is_refused(lab):
    assert lab.ask("/api/class", "POST", {"question": "nothing"}).status == 400
    assert lab.ask("/api/class", "POST", b"[1]").status == 400
    assert lab.ask("/api/class", "POST", b"[" * 9000).status == 400
    assert lab.ask("/api/class/ZZZZZ").status == 404
