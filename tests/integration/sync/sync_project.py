"""A project in a temporary folder, and `pyw` run in it."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent / "support"))

WRANGLER = '{"name": "app", "main": "src/entry.py", "compatibility_date": "%s", "compatibility_flags": ["python_workers"]}\n'


class Project:
    def __init__(self, pyw, dependencies=(), date="2026-10-01", extra=""):
        self.pyw = pyw
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="pyw-sync-"))
        self.folder = self.root / "app"
        self.write("src/entry.py", "")
        self.write("wrangler.jsonc", WRANGLER % date)
        self.set_dependencies(dependencies, extra)
        self.environment = dict(os.environ, NO_COLOR="1")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.root, ignore_errors=True)

    def set_dependencies(self, dependencies, extra=""):
        lines = "".join(f'    "{text}",\n' for text in dependencies)
        self.write("pyproject.toml", f'[project]\nname = "app"\nversion = "1"\ndependencies = [\n{lines}]\n{extra}')

    def path(self, name):
        return self.folder / name

    def write(self, name, text):
        path = self.path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def command(self, *arguments):
        return [str(self.pyw), "--no-progress", *arguments]

    def run(self, *arguments, timeout=120, **environment):
        return subprocess.run(
            self.command(*arguments), cwd=self.folder, env={**self.environment, **environment},
            capture_output=True, text=True, timeout=timeout, stdin=subprocess.DEVNULL,
        )

    def sync(self, *arguments, **environment):
        """A sync that must succeed; what it said."""
        done = self.run("sync", *arguments, **environment)
        assert done.returncode == 0, done.stderr
        return done

    def modules(self):
        folder = self.path("python_modules")
        return sorted(entry.name for entry in folder.iterdir()) if folder.is_dir() else []

    def tree(self):
        """Every file with its content, .pyw aside: to see that nothing changed."""
        return {
            str(path.relative_to(self.folder)): path.read_bytes()
            for path in sorted(self.folder.rglob("*"))
            if path.is_file() and ".pyw" not in path.relative_to(self.folder).parts
        }

    def assert_no_leftovers(self):
        names = {entry.name for entry in self.folder.iterdir()}
        strange = {n for n in names if n.endswith(".tmp") or n.startswith("pylock.pyw")}
        assert not strange, strange
        assert not self.path(".pyw/sync").exists()
