"""kill -9 of `pyw edge serve` at any moment of a deployment: what was acknowledged is served afterwards, and whole.

usage: test_killed.py --pyw PROGRAM
"""
import os
import pathlib
import random
import sys
import tempfile
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
import checks
from dev_session import is_running, wait_until
import edge_soak
from edge_server import EdgeServer, make_project, say

ROUNDS = int(os.environ.get("PYW_KILL_ROUNDS", "20"))


def test_nothing_acknowledged_is_lost_and_nothing_half_is_served(pyw):
    chance = random.Random(20261121)
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        project, data = make_project(pyw, root / "shop", "word 0"), root / "data"
        with EdgeServer(pyw, data) as server:
            token = server.token()
            done = server.deploy(project, token)
            assert done.returncode == 0, done.stderr
        acknowledged, killed_in_time = 0, 0
        for number in range(1, ROUNDS + 1):
            with EdgeServer(pyw, data) as server:
                say(project, f"word {number}")
                # Half of the time a module is cut across as well: the version has two that must fit each other.
                (project / "src/pair.py").write_text(f"NUMBER = {number}\n")
                entry = project / "src/entry.py"
                entry.write_text(entry.read_text().replace("WORD =", "import pair\nWORD = f'{pair.NUMBER}/' +"))
                children = set()
                outcome = []
                thread = threading.Thread(target=lambda: outcome.append(server.deploy(project, token, "--no-check")))
                thread.start()
                # Anywhere between the start of the deployment and a little after its usual end.
                thread.join(chance.uniform(0.0, 6.0))
                children |= set(server.children())
                server.process.kill()
                server.process.wait(10)
                thread.join()
                assert outcome, "the deployment outlived its time"
                if outcome[0].returncode == 0:
                    acknowledged = number
                else:
                    killed_in_time += 1
                wait_until(lambda: not any(is_running(pid) for pid in children), "a child outlives the server")
            with EdgeServer(pyw, data) as server:
                status, text = server.get()
                allowed = {"word 0" if n == 0 else f"{n}/word {n}" for n in (acknowledged, number)}
                assert status == 200 and text in allowed, (number, acknowledged, status, text)
                if text == f"{number}/word {number}":
                    acknowledged = number  # it was stored, though the client did not hear of it
        print(f"{ROUNDS} rounds, {killed_in_time} of them before the acknowledgement")
        assert killed_in_time > 0


def test_lives_of_a_server_under_load_end_at_any_moment(pyw):
    """bench/soak.py does hundreds of them."""
    with tempfile.TemporaryDirectory() as folder:
        done = edge_soak.soak(pyw, pathlib.Path(folder) / "data", ROUNDS // 2, seed=20261122)
        print(f"{ROUNDS // 2} lives: {dict(done)}")
        assert done["server"] and done["child"] and done["uploads"] > ROUNDS // 2


checks.main(globals())
