"""What needs a process for itself: chDB holds one folder a process, and in this one another test's store may be open."""

import subprocess
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path

ROOT = Path(__file__).parents[1]
Check = Callable[[], Coroutine[object, object, None]]


def passes_apart(check: Check) -> bool:
    """Whether an async function without arguments, at the top of its module, ends well in a new interpreter; what it says is shown."""
    text = f"import asyncio; from {check.__module__} import {check.__name__} as check; asyncio.run(check())"
    done = subprocess.run([sys.executable, "-c", text], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    sys.stdout.write(done.stdout)
    return done.returncode == 0
