import http.client
import json
import socket
import threading
from contextlib import contextmanager
from urllib.parse import quote

import pytest
from pages.sample_runs import write_run

from evonas.pages import server
from evonas.pages.server import HOST, Dashboard
from evonas.runs.folder import RECORDS


@contextmanager
def serving(folder):
    with Dashboard(folder, port=0) as dashboard:
        thread = threading.Thread(target=dashboard.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield dashboard
        finally:
            dashboard.shutdown()
            thread.join()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    runs = tmp_path_factory.mktemp("here") / "runs"
    for i, name in enumerate(("one", "two & <three>")):
        write_run(runs / name, n=8, seed=i)
    return runs


@pytest.fixture(scope="module")
def dashboard(folder):
    with serving(folder) as found:
        yield found


def ask(dashboard, path, *, method="GET", host=None, **headers):
    connection = http.client.HTTPConnection(HOST, dashboard.server_port, timeout=10)
    named = {"Host": host} if host is not None else {}
    connection.request(method, path, headers={**named, **headers})
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    return answer, body


def test_it_listens_on_this_machine_alone(dashboard):
    assert dashboard.server_address[0] == "127.0.0.1"
    assert dashboard.address == f"http://127.0.0.1:{dashboard.server_port}/"


def test_the_list_the_pages_and_their_data_are_there(dashboard):
    answer, body = ask(dashboard, "/")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "Runs in runs" in body
    names = [run["name"] for run in json.loads(ask(dashboard, "/runs.json")[1])["runs"]]
    assert set(names) == {"one", "two & <three>"}
    for name in names:
        answer, body = ask(dashboard, f"/run/{quote(name)}")
        assert answer.status == 200
        told = json.loads(ask(dashboard, f"/data?run={quote(name)}")[1])
        assert told["source"] == f"/data?run={quote(name, safe='')}"
        assert len(told["runs"][0]["ids"]) == 8
    answer, body = ask(
        dashboard, f"/compare?run=one&run={quote(names[0])}&run={quote(names[1])}"
    )
    assert answer.status == 200
    assert "Side by side" in body


def test_data_come_again_only_when_they_are_new(dashboard, folder):
    answer, _ = ask(dashboard, "/data?run=one")
    seal = answer.headers["ETag"]
    again, body = ask(dashboard, "/data?run=one", **{"If-None-Match": seal})
    assert (again.status, body) == (304, "")
    file = folder / "one" / RECORDS
    content = file.read_bytes()
    file.write_bytes(content.split(b"\n", 1)[1])
    changed, body = ask(dashboard, "/data?run=one", **{"If-None-Match": seal})
    assert changed.status == 200
    assert len(json.loads(body)["runs"][0]["ids"]) == 7
    file.write_bytes(content)


@pytest.mark.parametrize(
    "path",
    [
        *("/run/..", "/run/../one", "/run/%2e%2e%2fone", "/run/one/config.json", "/run/"),
        *("/../../etc/passwd", "/run//etc", "/data", "/data?run=..", "/compare", "/none"),
        *("/run/one%00", "/data?run=one&run=gone", "//one", "/static/look.css"),
    ],
)
def test_what_is_no_run_of_the_folder_is_not_found(dashboard, path):
    answer, body = ask(dashboard, path)
    assert answer.status == 404
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert body.count("\n") == 1


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1:1", "localhost.evil.example", ""])
def test_who_asks_for_another_host_gets_nothing(dashboard, host):
    answer, body = ask(dashboard, "/runs.json", host=host)
    assert (answer.status, body) == (403, "this dashboard answers its own machine alone\n")


def test_it_is_also_called_localhost(dashboard):
    assert ask(dashboard, "/", host=f"localhost:{dashboard.server_port}")[0].status == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_nothing_can_be_changed(dashboard, method):
    assert ask(dashboard, "/run/one", method=method)[0].status == 501


def test_a_head_has_no_body(dashboard):
    answer, body = ask(dashboard, "/", method="HEAD")
    assert (answer.status, body) == (200, "")
    assert int(answer.headers["Content-Length"]) > 1000


def test_every_answer_says_what_may_be_done_with_it(dashboard):
    for path in ("/", "/run/one", "/none"):
        headers = ask(dashboard, path)[0].headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert headers["Cache-Control"] == "no-store"


def test_a_damaged_run_is_said_to_be_so(tmp_path):
    run = write_run(tmp_path / "runs" / "bad", n=2)
    (run / RECORDS).write_text("{}\n{}\n")
    with serving(run.parent) as dashboard:
        answer, body = ask(dashboard, "/run/bad")
        assert answer.status == 500
        assert body.startswith("cannot be read: ")
        assert json.loads(ask(dashboard, "/runs.json")[1])["runs"][0]["error"]


def test_a_port_that_is_taken_or_that_there_is_not_is_named(tmp_path):
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(
            OSError, match=f"port {port} is taken; give another one with --port"
        ):
            Dashboard(tmp_path, port=port)
    with pytest.raises(OSError, match="no port 70000; expected 0 to 65535"):
        Dashboard(tmp_path, port=70000)


@pytest.fixture
def in_a_hurry(monkeypatch):
    monkeypatch.setattr(server, "EVERY_SECONDS", 0.3)


@pytest.mark.usefixtures("in_a_hurry")
def test_in_a_browser_a_new_run_appears_and_runs_are_compared(tab, tmp_path):
    runs = tmp_path / "runs"
    write_run(runs / "first", n=8)
    with serving(runs) as dashboard:
        tab.goto(dashboard.address)
        assert tab.locator("tbody tr").count() == 1
        write_run(runs / "second", n=6, seed=1)
        tab.get_by_role("link", name="second").wait_for(timeout=10_000)
        assert tab.locator("#announcement").text_content() == "New: second"
        tab.get_by_label("Compare first").check()
        tab.get_by_label("Compare second").check()
        tab.get_by_role("link", name="Compare 2 runs").click()
        tab.wait_for_url("**/compare?**")
        assert tab.locator("#count").text_content() == "14 of 14 kept"
        tab.get_by_role("link", name="All runs").click()
        tab.get_by_role("link", name="first").click()
        assert tab.locator("h1").text_content() == "first"


@pytest.mark.usefixtures("in_a_hurry")
def test_in_a_browser_a_page_renews_itself_in_its_place(tab, tmp_path, expect):
    run = write_run(tmp_path / "runs" / "run", n=8)
    content = (run / RECORDS).read_bytes()
    (run / RECORDS).write_bytes(b"".join(content.splitlines(keepends=True)[:5]))
    with serving(run.parent) as dashboard:
        tab.goto(f"{dashboard.address}run/run")
        tab.evaluate("window.isSame = true")
        assert tab.locator("#count").text_content() == "5 of 5 kept"
        (run / RECORDS).write_bytes(content)
        expect(tab.locator("#count")).to_have_text("8 of 8 kept", timeout=10_000)
        assert tab.evaluate("window.isSame")
    expect(tab.locator(".stale")).to_contain_text("No answer from", timeout=10_000)
    tab.complaints.clear()  # of a server that is gone
