"""What the process in which files are read may not do, whoever takes it over."""

import subprocess
import sys

import pytest

START = "from knowledge.readers.child import limit; limit(1 << 30)\n"


@pytest.mark.parametrize(
    "attempt",
    [
        "open('/etc/passwd')",
        "open('/tmp/written', 'w')",
        "import os; os.open('/etc/passwd', os.O_RDONLY)",
        "import socket; socket.create_connection(('127.0.0.1', 80))",
        "import subprocess; subprocess.run(['true'])",
        "import os; os.system('true')",
        "import os; os.fork()",
        "import os; os.kill(os.getppid(), 0)",
        "import os; os.remove('/tmp/written')",
    ],
)
def test_a_reader_does_nothing_but_read_what_it_is_given(attempt: str) -> None:
    tried = subprocess.run(
        [sys.executable, "-c", START + attempt], capture_output=True, text=True, timeout=60
    )

    assert tried.returncode == 1
    assert "PermissionError: a reader" in tried.stderr
