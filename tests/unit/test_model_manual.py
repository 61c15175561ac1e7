"""The model that is a person: files in a folder, or lines on the terminal."""

from __future__ import annotations

import asyncio
import io
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from prover.core.errors import ModelError, SetupError, UserError
from prover.model import Answer, Query, Sampling, Turn
from prover.model.manual import FolderModel, TerminalModel
from prover.model.opening import open_model
from prover.model.reference import parse_reference

FIRST = Query(turns=(Turn("system", "Prove."), Turn("user", "⊢ p → p\n```\nfence")), sampling=Sampling(n=4))
SECOND = Query(prompt="half \ud800 a character")

#: Answers, as another program does, every request that appears, until it has answered so many.
PROGRAM = """
import sys, time
from pathlib import Path
folder, wanted = Path(sys.argv[1]), int(sys.argv[2])
done = set()
while len(done) < wanted:
    for request in sorted(folder.glob("*.request.md")):
        number = request.name.split(".")[0]
        reply = folder / f"{number}.reply.md"
        if number in done or reply.exists():
            continue
        words = request.read_text(encoding="utf-8").split()
        with reply.open("w", encoding="utf-8") as file:
            file.write("  \\n")
            file.flush()
            time.sleep(0.15)
            file.write(f"exact {len(words)}\\n")
        done.add(number)
    time.sleep(0.02)
"""


def said(answer: Answer | ModelError) -> str:
    assert isinstance(answer, Answer), answer
    (sample,) = answer.samples
    return sample.text.strip()


async def test_another_program_answers(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    model = await open_model(parse_reference(f"manual/{folder}"))
    assert isinstance(model, FolderModel)
    program = await asyncio.create_subprocess_exec(sys.executable, "-c", PROGRAM, str(folder), "2")
    one, two = await model.answer([FIRST, SECOND])
    assert await program.wait() == 0
    await model.close()
    files = sorted(file.name for file in folder.iterdir() if not file.name.startswith("."))
    assert files == ["0001.reply.md", "0001.request.md", "0002.reply.md", "0002.request.md"]
    request = (folder / "0001.request.md").read_text(encoding="utf-8")
    assert said(one) == f"exact {len(request.split())}"
    assert said(two).startswith("exact ")
    assert "## system\n\nProve." in request and "⊢ p → p" in request and FIRST.key in request


async def test_what_was_answered_is_not_asked_again(tmp_path: Path) -> None:
    model = FolderModel(tmp_path)
    asking = asyncio.ensure_future(model.answer([FIRST, SECOND]))
    while not (tmp_path / "0002.request.md").exists():  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    (tmp_path / "0001.reply.md").write_text("exact id")
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    await model.close()
    # A new run, after a kill say: the first has its reply, the second still waits under its number.
    (tmp_path / "0007.reply.md").write_text("for a question that is gone")
    again = FolderModel(tmp_path)
    assert said((await again.answer([FIRST]))[0]) == "exact id"
    (tmp_path / "0002.reply.md").write_text("rfl")
    assert [said(a) for a in await again.answer([SECOND, FIRST])] == ["rfl", "exact id"]
    third = asyncio.ensure_future(again.answer([Query(prompt="new")]))
    while not (tmp_path / "0008.request.md").exists():  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    (tmp_path / "0008.reply.md").write_bytes(b"\xff intro")
    assert said((await third)[0]) == "\ufffd intro"
    await again.close()
    await again.close()


async def test_one_run_at_a_time(tmp_path: Path) -> None:
    model = FolderModel(tmp_path)
    with pytest.raises(UserError) as caught:
        FolderModel(tmp_path)
    assert caught.value.code == "run_in_use"
    await model.close()
    await FolderModel(tmp_path).close()
    (tmp_path / "file").write_text("")
    with pytest.raises(SetupError) as broken:
        FolderModel(tmp_path / "file")
    assert broken.value.code == "manual_folder"


async def test_answers_from_the_terminal() -> None:
    shown = io.StringIO()
    source = io.StringIO("intro h\nexact h\n.\n.\n\nrfl\n . \nlast words")
    model = TerminalModel(source, shown)
    answers = await model.answer([FIRST, SECOND, Query(prompt="3"), Query(prompt="4")])
    assert [said(answer) for answer in answers[:3]] == ["intro h\nexact h", "rfl", "last words"]
    assert isinstance(answers[3], ModelError) and answers[3].code == "no_answer"
    assert "# Question 0001" in shown.getvalue() and "⊢ p → p" in shown.getvalue()


def test_a_process_at_the_other_end_of_a_pipe() -> None:
    """The program asks twice; its standard input is answered line by line, and its end is not waited for."""
    script = textwrap.dedent(
        """
        import asyncio, sys
        from prover.model import Query
        from prover.model.opening import open_model
        from prover.model.reference import parse_reference

        async def main():
            model = await open_model(parse_reference("manual/-"))
            for prompt in ("one", "two"):
                (answer,) = await model.answer([Query(prompt=prompt)])
                print("got", repr(answer.samples[0].text), file=sys.stderr)

        asyncio.run(main())
        """
    )
    with subprocess.Popen(
        [sys.executable, "-c", script],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdin and process.stdout and process.stderr
        for answer in ("intro\n.\n", "exact h\n.\n"):
            while "The answer ends" not in (line := process.stdout.readline()):
                assert line, "it ended"
            process.stdin.write(answer)
            process.stdin.flush()
        # Standard input stays open: it ends all the same.
        assert process.wait(timeout=60) == 0
        assert process.stderr.read() == "got 'intro\\n'\ngot 'exact h\\n'\n"
