"""A local server that speaks chat completions, well and badly."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from engine.second_reader.question import Completion, Prompt, Question
from tests.http import LocalServer

Asked = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """What goes over the wire. `cut` closes the connection in the middle of the body; `hang` says
    nothing at all until the server stops."""

    body: bytes
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    cut: bool = False
    hang: bool = False


def completion(
    text: str | None, *, finish: str = "stop", into: int | None = 1000, out: int | None = 100
) -> Answer:
    """A proper chat completion with this content."""
    body: Asked = {
        "id": "x",
        "object": "chat.completion",
        "choices": [{"index": 0, "finish_reason": finish, "message": {"role": "assistant", "content": text}}],
    }
    if into is not None:
        body["usage"] = {"prompt_tokens": into, "completion_tokens": out}
    return Answer(json.dumps(body).encode())


def by_reader(reader: Callable[[Question], Completion], **usage: int) -> Callable[[Asked], Answer]:
    """Answers as a simulated reader would that is handed the question."""

    def answer(asked: Asked) -> Answer:
        found = reader(question_of(asked))
        return completion(found.text, finish="length" if found.truncated else "stop", **usage)

    return answer


def question_of(asked: Asked) -> Question:
    """The question in a request."""
    system, user = (message["content"] for message in asked["messages"])
    name = "labels" if system.startswith("You name") else "layout"
    return Question(Prompt(name, 1, system), user, {}, 0)


@dataclass
class ModelServer(LocalServer):
    """Answers every question with `answer`; what was asked is kept."""

    answer: Callable[[Asked], Answer]
    asked: list[Asked] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._prepare(self._handler())

    @property
    def url(self) -> str:
        return f"http://{self.pair}/v1"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                assert self.path == "/v1/chat/completions"
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                server.asked.append(asked)
                server.headers.append({name.lower(): value for name, value in self.headers.items()})
                answer = server.answer(asked)
                self.close_connection = True
                if answer.hang:
                    server._stopping.wait(30)
                    return
                self.send_response(answer.status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer.body)))
                for name, value in answer.headers:
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answer.body[: len(answer.body) // 2] if answer.cut else answer.body)

            def log_message(self, *_arguments: object) -> None:
                """Keeps the test's output clean."""

        return Handler
