"""The engine stands alone, and imports point one way."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# Every module of the engine, in a process in which what it must not know cannot be imported.
ALONE = """
import importlib, pkgutil, sys

FORBIDDEN = {"django", "rest_framework", "celery", "kombu", "redis", "psycopg", "requests", "urllib3", "net"}
OPTIONAL = {"numpy", "cv2", "rapidocr_onnxruntime"}  # of requirements-ocr.txt, need not be installed

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in FORBIDDEN:
            raise ImportError(f"{name} is not for the engine")

sys.meta_path.insert(0, Refuse())
import engine

count = 0
for module in pkgutil.walk_packages(engine.__path__, "engine."):
    if not module.name.endswith("__main__"):
        try:
            importlib.import_module(module.name)
        except ModuleNotFoundError as missing:
            if missing.name not in OPTIONAL:
                raise
        count += 1
assert not FORBIDDEN & set(sys.modules)
print(count)
"""


def test_every_engine_module_stands_alone() -> None:
    done = subprocess.run([sys.executable, "-c", ALONE], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    modules = [path for path in (ROOT / "engine").rglob("*.py") if path.name not in ("__main__.py",)]
    assert int(done.stdout) == len(modules) - 1  # without engine/__init__.py itself


def test_the_refusal_works() -> None:
    code = ALONE.replace("import engine\n", "import redis\n")
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1
    assert "redis is not for the engine" in done.stderr


def test_imports_point_one_way() -> None:
    code = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Contracts: 5 kept, 0 broken." in done.stdout
