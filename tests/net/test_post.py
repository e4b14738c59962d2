"""Posting to a named service: within the same limits as fetching."""

import json

import pytest

from net.addresses import AddressPolicy
from net.errors import FetchFailed
from net.post import PostOptions, post_json
from tests.model_server import Answer, ModelServer


def posted(server: ModelServer, **options):
    policy = AddressPolicy(allowed_private=frozenset({server.pair}))
    given = PostOptions(policy=policy, **options)
    return post_json(f"{server.url}/chat/completions", b'{"a": 1}', {"X-Key": "b"}, given)


def test_it_works():
    with ModelServer(lambda asked: Answer(json.dumps(asked).encode(), 418, (("X-Said", "c"),))) as server:
        answer = posted(server)
    assert (answer.status, answer.headers["x-said"], answer.body) == (418, "c", b'{"a": 1}')
    assert server.headers[0]["x-key"] == "b"
    assert server.headers[0]["content-type"] == "application/json"


def test_a_redirect_is_an_answer_and_not_followed():
    with ModelServer(lambda asked: Answer(b"", 307, (("Location", "/v1/chat/completions"),))) as server:
        assert posted(server).status == 307
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("answer", "options", "code"),
    [
        (Answer(b"x" * 2000), {"largest_answer": 1000}, "too_large"),
        (Answer(b"x" * 2000, cut=True), {}, "wrong_length"),
        (Answer(b"", hang=True), {"seconds": 1.0}, "too_slow"),
        (Answer(b"", hang=True), {"idle_seconds": 0.5}, "timeout"),
    ],
)
def test_every_limit_ends_in_a_code(answer, options, code):
    with ModelServer(lambda asked: answer) as server, pytest.raises(FetchFailed) as failure:
        posted(server, **options)
    assert (failure.value.code, len(server.asked)) == (code, 1)


def test_a_machine_that_is_not_public_is_not_contacted():
    with ModelServer(lambda asked: Answer(b"")) as server, pytest.raises(FetchFailed) as failure:
        post_json(f"{server.url}/chat/completions", b"{}", {}, PostOptions())
    assert (failure.value.code, server.asked) == ("blocked_address", [])
