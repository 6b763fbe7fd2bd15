#!/usr/bin/env python3
"""What `pyw dev` shows in a real browser: the error page, live reload, the dashboard."""
import json
import os
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
from browser import Browser  # noqa: E402
from checks import main  # noqa: E402
from dev_session import DevSession  # noqa: E402

WRANGLER = """name = "under-test"
main = "src/entry.py"
compatibility_date = "2026-10-01"
compatibility_flags = ["python_workers"]
"""
PYPROJECT = '[project]\nname = "under-test"\nversion = "0.1.0"\nrequires-python = ">=3.12"\ndependencies = []\n'
ENTRY = """from workers import Response, WorkerEntrypoint

TITLE = "first"


def divide(number):
    secret_answer = 42
    return secret_answer / number


class Default(WorkerEntrypoint):
    async def fetch(self, request):
        if "/boom" in request.url:
            divide(0)
        if "/data" in request.url:
            print("giving data")
            return Response("data")
        html = f"<!doctype html><title>{TITLE}</title><h1>{TITLE}</h1>"
        return Response(html, headers={"content-type": "text/html"})
"""


def with_page(pyw, check, entry=ENTRY, arguments=(), more=""):
    with tempfile.TemporaryDirectory(prefix="pyw-browser-") as name:
        root = pathlib.Path(name)
        (root / "src").mkdir()
        (root / "wrangler.toml").write_text(WRANGLER + more)
        (root / "pyproject.toml").write_text(PYPROJECT)
        (root / "src/entry.py").write_text(entry)
        with DevSession(pyw, root, *arguments) as session, Browser() as browser:
            check(session, browser, root / "src/entry.py")


def photograph(browser, name):
    """For people who look: PYW_SCREENSHOTS names a folder."""
    if folder := os.environ.get("PYW_SCREENSHOTS"):
        browser.screenshot(pathlib.Path(folder) / f"{name}.png")


def test_a_page_loads_again_when_its_code_is_saved(pyw):
    def check(session, browser, entry):
        session.ready()
        browser.go(f"http://localhost:{session.port}/")
        browser.wait_for("document.title === 'first' && document.querySelector('script[data-pyw]') !== null")
        entry.write_text(ENTRY.replace('"first"', '"second"'))
        browser.wait_for("document.title === 'second'")
        # A save that does not come up: the old page stays, with a note; mending it takes the note away.
        entry.write_text(ENTRY.replace('"first"', '"third"') + "\ndef broken(:\n")
        note = browser.wait_for("document.querySelector('pyw-error')?.shadowRoot.textContent")
        assert "src/entry.py" in note and browser.evaluate("document.title") == "second", note
        photograph(browser, "note")
        entry.write_text(ENTRY.replace('"first"', '"fourth"'))
        browser.wait_for("document.title === 'fourth' && !document.querySelector('pyw-error')")

    with_page(pyw, check)


def test_pages_stay_as_they_are_when_told_so(pyw):
    def check(session, browser, entry):
        session.ready()
        browser.go(f"http://localhost:{session.port}/")
        browser.wait_for("document.title === 'first'")
        assert browser.evaluate("document.querySelector('script')") is None

    with_page(pyw, check, arguments=["--no-live-reload"])


def test_an_exception_is_a_page_with_code_and_locals_that_goes_away_when_mended(pyw):
    def check(session, browser, entry):
        session.ready()
        browser.go(f"http://localhost:{session.port}/boom?x=1")
        browser.wait_for("document.getElementById('details')?.dataset.filled")
        assert browser.evaluate("document.title") == "ZeroDivisionError: division by zero"
        shown = browser.evaluate("document.body.innerText")
        assert "src/entry.py:8 in divide" in shown, shown
        assert "GET /boom?x=1" in shown, shown
        assert browser.evaluate("document.querySelector('section mark').textContent").strip().startswith("8  ")
        # Locals are there when asked for, not before.
        assert "secret_answer\t42" not in shown, shown
        browser.evaluate("document.querySelector('section details').open = true")
        assert "secret_answer" in browser.evaluate("document.querySelector('section details table').innerText")
        photograph(browser, "exception")
        entry.write_text(ENTRY.replace("divide(0)", "divide(1)"))
        browser.wait_for("document.title === 'first'")

    with_page(pyw, check)


def test_a_broken_top_level_is_a_page_that_goes_away_when_mended(pyw):
    def check(session, browser, entry):
        session.wait_for("error")
        # There was no `ready` to read the port from: a second `pyw dev` would find it in this note.
        port = json.loads((entry.parent.parent / ".pyw/state/dev.json").read_text())["port"]
        browser.go(f"http://localhost:{port}/")
        browser.wait_for("document.getElementById('details')?.dataset.filled")
        shown = browser.evaluate("document.body.innerText")
        assert "src/entry.py:1 in <module>" in shown and "no_such_module" in shown, shown
        photograph(browser, "top-level")
        entry.write_text(ENTRY)
        browser.wait_for("document.title === 'first'")

    with_page(pyw, check, entry="import no_such_module\n")


def test_the_dashboard_lists_opens_repeats_and_copies_requests_by_keyboard(pyw):
    def check(session, browser, entry):
        session.ready()
        browser.go(f"http://localhost:{session.port}/cdn-cgi/pyw/")
        browser.wait_for("document.getElementById('name').textContent === 'under-test'")
        session.get("/data?a=1", method="POST", body="it's", headers={"X-Mine": "yes"})
        session.get("/boom")
        browser.wait_for("document.querySelectorAll('tr[tabindex]').length === 2")
        browser.press("ArrowDown")  # the newest: /boom
        browser.press("ArrowDown")  # /data
        browser.press("Enter")
        browser.wait_for("document.querySelector('aside')?.innerText.includes('giving data')")
        shown = browser.evaluate("document.querySelector('aside').innerText")
        assert "X-Mine" in shown and "it's" in shown, shown
        browser.prefer("dark")
        photograph(browser, "dashboard-dark")
        browser.prefer("light")
        photograph(browser, "dashboard-light")
        command = browser.evaluate("""import('/cdn-cgi/pyw/requests.js').then(async (m) => m.asCurl(
            await (await fetch('/cdn-cgi/pyw/dev/requests/' + document.querySelector('[aria-selected=true][data-ray]').dataset.ray)).json(),
            location.origin))""")
        assert "-H 'X-Mine: yes'" in command and "--data-binary 'it'\\''s'" in command, command
        browser.press("s")
        browser.wait_for("document.querySelectorAll('tr[tabindex]').length === 3")
        session.wait_for("request", path="/data?a=1", status=200)
        session.wait_for("request", path="/data?a=1", status=200)
        browser.press("Escape")
        browser.wait_for("!document.querySelector('aside')")
        browser.press("2")
        browser.wait_for("document.querySelector('main').innerText.includes('giving data')")
        browser.press("3")
        browser.wait_for("document.querySelector('main').innerText.includes('Memory of workerd')")
        photograph(browser, "session")
        assert not browser.problems, browser.problems

    with_page(pyw, check)


def test_the_dashboard_asks_durable_objects(pyw):
    entry = ENTRY.replace("import Response", "import DurableObject, Response") + '''
class Room(DurableObject):
    async def fetch(self, request):
        self.ctx.storage.sql.exec("CREATE TABLE teas AS SELECT 'sencha' AS name")
        return Response("ok")
'''
    entry = entry.replace("    async def fetch(self, request):\n", """    async def fetch(self, request):
        if request.url.endswith("/room"):
            return await self.env.ROOMS.getByName("lobby").fetch("http://room/")
""", 1)

    def check(session, browser, _):
        session.ready()
        assert session.get("/room") == (200, "ok")
        browser.go(f"http://localhost:{session.port}/cdn-cgi/pyw/#data")
        browser.wait_for("document.getElementById('name').textContent === 'under-test'")
        browser.evaluate("[...document.querySelectorAll('nav a, nav button')].find((e) => e.innerText.includes('Data')).click()")
        browser.wait_for("document.querySelector('tr[tabindex]')?.innerText.includes('lobby')")
        browser.evaluate("document.querySelector('tr[tabindex]').click()")
        browser.evaluate("document.querySelector('textarea').value = 'SELECT * FROM teas'; document.querySelector('.buttons button').click()")
        browser.wait_for("document.querySelector('main').innerText.includes('sencha')")
        assert not browser.problems, browser.problems

    wrangler = '[[durable_objects.bindings]]\nname = "ROOMS"\nclass_name = "Room"\n'
    wrangler += '[[migrations]]\ntag = "v1"\nnew_sqlite_classes = ["Room"]\n'
    with_page(pyw, check, entry=entry, more=wrangler)


EVERY_RESOURCE = """
[triggers]
crons = ["0 0 1 1 *"]
[[kv_namespaces]]
binding = "NOTES"
id = "notes"
[[r2_buckets]]
binding = "FILES"
bucket_name = "files"
[[d1_databases]]
binding = "DB"
database_name = "db"
database_id = "db"
[[queues.producers]]
binding = "JOBS"
queue = "jobs"
[[queues.consumers]]
queue = "jobs"
max_batch_timeout = 0
[[workflows]]
name = "steps"
binding = "STEPS"
class_name = "Steps"
"""
EVERY_HANDLER = """import asyncio

from workers import Response, WorkerEntrypoint, WorkflowEntrypoint


class Steps(WorkflowEntrypoint):
    async def run(self, event, step):
        @step.do()
        async def one():
            await asyncio.sleep(0.5)  # so that the other begins meanwhile
            return 1

        @step.do()
        async def two():
            await asyncio.sleep(0.5)
            return 2

        @step.do(concurrent=True)
        async def join(one, two):
            return one + two

        return await join()


class Default(WorkerEntrypoint):
    async def fetch(self, request):
        return Response(await self.env.NOTES.get("greeting") or "none")

    async def queue(self, batch, env, ctx):
        print("took", batch.messages[0].body.word)

    async def scheduled(self, controller, env, ctx):
        print("at", controller.cron)
"""
FILL = """(label, value) => {
    const field = [...document.querySelectorAll('main input, main textarea')].find((e) => e.ariaLabel === label);
    field.value = value; }"""


def choose(browser, label):
    browser.wait_for(f"[...document.querySelectorAll('main select option')].some((e) => e.text === {label!r})")
    browser.evaluate(f"""(() => {{ const select = document.querySelector('main select');
        select.value = [...select.options].find((e) => e.text === {label!r}).value;
        select.dispatchEvent(new Event('change')); }})()""")


def fill(browser, label, value):
    browser.evaluate(f"({FILL})({json.dumps(label)}, {json.dumps(value)})")


def click(browser, label):
    browser.evaluate(f"[...document.querySelectorAll('main button')].find((e) => e.innerText === {label!r}).click()")


def main_says(browser, words):
    browser.wait_for(f"document.querySelector('main').innerText.includes({json.dumps(words)})")


def test_the_dashboard_looks_at_and_changes_every_kind_of_data(pyw):
    def check(session, browser, _):
        session.ready()
        browser.go(f"http://localhost:{session.port}/cdn-cgi/pyw/")
        browser.wait_for("document.querySelector('nav button[data-view=data]:not([hidden])') !== null")
        browser.press("3")
        for label, key in (("KV NOTES", "greeting"), ("R2 FILES", "a/b.txt")):
            choose(browser, label)
            main_says(browser, "Nothing here.")
            fill(browser, "Key", key)
            fill(browser, "Value", "hello from the dashboard")
            click(browser, "Save")
            browser.wait_for(f"document.querySelector('main tr[tabindex]')?.innerText.includes('{key}')")
            browser.evaluate("document.querySelector('main tr[tabindex]').click()")
            browser.wait_for("document.querySelector('main textarea').value === 'hello from the dashboard'")
        assert session.get() == (200, "hello from the dashboard")
        click(browser, "Delete")
        main_says(browser, "Nothing here.")
        choose(browser, "D1 DB")
        for sql in ("CREATE TABLE teas (name TEXT)", "INSERT INTO teas VALUES ('sencha'), ('assam')", "SELECT name FROM teas"):
            fill(browser, "SQL", sql)
            click(browser, "Run (Ctrl+Enter)")
            main_says(browser, "2 rows" if sql.startswith("SELECT") else "rows")
        main_says(browser, "assam")
        choose(browser, "Queue jobs")
        fill(browser, "Message, as JSON", '{"word": "parcel"}')
        click(browser, "Send")
        session.wait_for("log", text="took parcel")
        choose(browser, "Cron 0 0 1 1 *")
        click(browser, "Run now")
        session.wait_for("log", text="at 0 0 1 1 *")
        choose(browser, "Workflow steps")
        click(browser, "Create")
        session.wait_for("invocation", kind="workflow")
        browser.wait_for("document.querySelector('main tr[tabindex] td') !== null")
        browser.evaluate("document.querySelector('main tr[tabindex]').click()")
        # Two steps at once, then the one that needs both: a line from each.
        browser.wait_for("document.querySelectorAll('.graph g').length === 3 && document.querySelectorAll('.graph path').length === 2")
        assert "join-1: complete" in browser.evaluate("document.querySelectorAll('.graph g')[2].ariaLabel")
        photograph(browser, "workflow")
        assert not browser.problems, browser.problems

    with_page(pyw, check, entry=EVERY_HANDLER, more=EVERY_RESOURCE)


if __name__ == "__main__":
    main(globals())
