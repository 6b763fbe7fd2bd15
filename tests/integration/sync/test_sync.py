"""`pyw sync`, `pyw add` and `pyw remove` with the real uv and the real package index."""
import json
import shutil

from sync_project import Project

import checks


def test_packages_with_a_wasm_wheel(pyw):
    with Project(pyw, ["fastapi"]) as project:
        said = project.sync()
        assert "for Python 3.14" in said.stderr and said.stdout == ""
        modules = project.modules()
        for name in ("fastapi", "pydantic", "pydantic_core", "workers", "asgi.py", ".synced"):
            assert name in modules, modules
        libraries = [p.name for p in project.path("python_modules/pydantic_core").glob("*.so")]
        assert libraries == ["_pydantic_core.cpython-314-wasm32-emscripten.so"], libraries
        assert "bin" not in modules and ".lock" not in modules
        assert not list(project.path("python_modules").rglob("*.pyc"))
        assert 'name = "workers-runtime-sdk"' in project.path("pylock.toml").read_text()
        project.assert_no_leftovers()
        assert project.path(".pyw/.gitignore").read_text() == "*\n"


def test_nothing_to_do_starts_no_process(pyw):
    with Project(pyw, ["idna"]) as project:
        project.sync()
        before = project.tree()
        # With no uv to be found anywhere, anything but nothing would fail.
        said = project.sync(PATH="/nowhere", PYW_UV="/nowhere/uv")
        assert "up to date" in said.stderr
        assert project.tree() == before


def test_python_3_13(pyw):
    with Project(pyw, ["msgpack"], date="2026-01-01") as project:
        said = project.sync()
        assert "for Python 3.13" in said.stderr, said.stderr
        libraries = [p.name for p in project.path("python_modules/msgpack").glob("*.so")]
        assert libraries == ["_cmsgpack.cpython-313-wasm32-emscripten.so"], libraries


def test_python_3_12_says_what_to_choose(pyw):
    with Project(pyw, ["idna"], date="2024-05-01") as project:
        done = project.run("sync")
        assert done.returncode == 1
        assert "Python 3.12" in done.stderr and "compatibility_date" in done.stderr, done.stderr
        assert project.modules() == []


def test_removed_dependencies_leave_nothing(pyw):
    with Project(pyw, ["idna", "msgpack"]) as project:
        project.sync()
        assert "msgpack" in project.modules()
        project.set_dependencies(["idna"])
        said = project.sync()
        assert "- msgpack" in said.stderr, said.stderr
        assert not [n for n in project.modules() if n.startswith("msgpack")]
        assert "msgpack" not in project.path("pylock.toml").read_text()


def test_pins_are_kept_until_an_upgrade(pyw):
    with Project(pyw, ["idna==3.10"]) as project:
        project.sync()
        project.set_dependencies(["idna"])
        project.sync()
        assert (project.path("python_modules/idna-3.10.dist-info")).is_dir()
        seen = project.run("sync", "--upgrade", "--dry-run")
        assert "~ idna 3.10 -> " in seen.stderr, seen.stderr
        assert (project.path("python_modules/idna-3.10.dist-info")).is_dir()
        project.sync("--upgrade")
        assert not (project.path("python_modules/idna-3.10.dist-info")).exists()


def test_locked(pyw):
    with Project(pyw, ["idna==3.10"]) as project:
        done = project.run("sync", "--locked")
        assert done.returncode == 1 and "no `pylock.toml`" in done.stderr, done.stderr
        project.sync()
        shutil.rmtree(project.path("python_modules"))
        project.sync("--locked")
        before = project.tree()
        project.set_dependencies(["idna==3.11"])
        done = project.run("sync", "--locked")
        assert done.returncode == 1 and "does not fit" in done.stderr, done.stderr
        after = project.tree()
        after.pop("pyproject.toml"), before.pop("pyproject.toml")
        assert after == before


def test_a_damaged_or_missing_tree_is_made_again(pyw):
    with Project(pyw, ["idna"]) as project:
        project.sync()
        project.path("python_modules/.synced").write_text("nonsense")
        project.path("python_modules/stray.py").write_text("")
        project.sync()
        assert "stray.py" not in project.modules()


def test_json(pyw):
    with Project(pyw, ["idna==3.10"]) as project:
        result = json.loads(project.sync("--json").stdout)
        assert result["changed"] is True and result["python"] == "3.14"
        assert {"name": "idna", "version": "3.10"} in result["packages"], result
        assert json.loads(project.sync("--json").stdout)["changed"] is False


def test_local_packages_are_built_and_watched(pyw):
    sources = '[tool.uv.sources]\nmylib = {path = "../mylib", editable = true}\n'
    with Project(pyw, ["mylib"], extra=sources) as project:
        project.write("../mylib/pyproject.toml", '[project]\nname = "mylib"\ndynamic = ["version"]\n[build-system]\n'
                      'requires = ["hatchling"]\nbuild-backend = "hatchling.build"\n[tool.hatch.version]\npath = "mylib/__init__.py"\n')
        source = project.write("../mylib/mylib/__init__.py", '__version__ = "1.0"\nANSWER = 1\n')
        project.sync()
        installed = project.path("python_modules/mylib/__init__.py")
        assert "ANSWER = 1" in installed.read_text()
        assert "up to date" in project.sync().stderr
        source.write_text('__version__ = "1.0"\nANSWER = 22\n')
        project.sync()
        assert "ANSWER = 22" in installed.read_text()


def test_add_and_remove(pyw):
    with Project(pyw, ["idna==3.10"]) as project:
        before = project.path("pyproject.toml").read_text()
        done = project.run("add", "msgpack>=1", "annotated-types")
        assert done.returncode == 0, done.stderr
        text = project.path("pyproject.toml").read_text()
        assert '"msgpack>=1"' in text and '"annotated-types"' in text
        assert "msgpack" in project.modules()
        assert not project.path("uv.lock").exists() and not project.path(".venv").exists()
        done = project.run("remove", "msgpack", "annotated-types")
        assert done.returncode == 0, done.stderr
        assert "msgpack" not in project.modules() and "idna" in project.modules()
        done = project.run("add", "no-such-package-of-anybody-7")
        assert done.returncode == 1 and "there is no package" in done.stderr, done.stderr
        assert project.path("pyproject.toml").read_text() == before


def test_add_a_folder_to_a_project_without_pyproject(pyw):
    with Project(pyw) as project:
        project.path("pyproject.toml").unlink()
        project.write("lib/pyproject.toml", '[project]\nname = "mylib"\nversion = "1"\n[build-system]\n'
                      'requires = ["hatchling"]\nbuild-backend = "hatchling.build"\n')
        project.write("lib/mylib/__init__.py", "")
        done = project.run("add", "./lib")
        assert done.returncode == 0, done.stderr
        assert 'mylib = { path = "lib" }' in project.path("pyproject.toml").read_text()
        assert project.path("python_modules/mylib/__init__.py").is_file()


def test_a_failed_add_leaves_no_pyproject(pyw):
    with Project(pyw) as project:
        project.path("pyproject.toml").unlink()
        before = project.tree()
        done = project.run("add", "no-such-package-of-anybody-7")
        assert done.returncode == 1, done.stderr
        assert project.tree() == before


def test_editor_hint(pyw):
    with Project(pyw, ["idna"]) as project:
        site = project.path(".venv/lib/python3.12/site-packages")
        site.mkdir(parents=True)
        said = project.sync().stderr
        assert "pyw.pth" in said, said
        (site / "pyw.pth").write_text("x")
        assert "pyw.pth" not in project.sync("--force").stderr


def test_misleading_variables_are_removed(pyw):
    with Project(pyw, ["idna"]) as project:
        project.sync(VIRTUAL_ENV="/nowhere", UV_PYTHON="3.9", UV_PROJECT_ENVIRONMENT="/nowhere", PYTHONHOME="/nowhere",
                     UV_COMPILE_BYTECODE="1", FORCE_COLOR="1")
        assert not list(project.path("python_modules").rglob("*.pyc"))


if __name__ == "__main__":
    checks.main(globals())
