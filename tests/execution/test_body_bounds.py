"""A body is read within bounds of size and time, however it is encoded."""

import gzip
import tracemalloc
import zlib

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.network.body_reader import Deadline, read_body

LIMIT = 100_000


def compress_raw(data):
    machine = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return machine.compress(data) + machine.flush()


ENCODERS = {"gzip": gzip.compress, "deflate": zlib.compress, "x-gzip": gzip.compress}


def read(body, encoding="", limit=LIMIT, seconds=30.0, size=1000):
    chunks = [body[at : at + size] for at in range(0, len(body), size)]
    return read_body(chunks, encoding, limit, Deadline(seconds))


@given(st.binary(max_size=5000), st.lists(st.sampled_from([*ENCODERS, "identity"]), max_size=3), st.integers(1, 300))
def test_what_is_encoded_is_decoded_from_the_outside_in(data, layers, size):
    body = data
    for name in layers:
        body = ENCODERS[name](body) if name != "identity" else body
    assert read(body, ", ".join(layers), size=size) == (data, False)


def test_deflate_without_its_wrapper_is_read_as_well():
    assert read(compress_raw(b"hello" * 100), "deflate") == (b"hello" * 100, False)


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=5), st.binary(max_size=9), st.integers(1, 50))
def test_members_of_gzip_are_read_one_after_the_other_and_noise_behind_them_is_not(members, noise, size):
    noise = noise.lstrip(b"\x1f")
    body = b"".join(map(gzip.compress, members)) + noise
    assert read(body, "gzip", size=size) == (b"".join(members), False)


def test_a_member_that_ends_early_is_an_error():
    with pytest.raises(httpx.DecodingError):
        read(gzip.compress(b"one") + gzip.compress(b"two")[:-1], "gzip")


def test_many_members_of_gzip_are_read_in_time_that_grows_with_their_number():
    assert read(gzip.compress(b"x") * 50_000, "gzip", size=65536, seconds=10) == (b"x" * 50_000, False)


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_a_bomb_is_cut_without_taking_memory(layers):
    body = b"\0" * 50_000_000
    for _ in range(layers):
        body = gzip.compress(body)
    tracemalloc.start()
    data, cut = read(body, ", ".join(["gzip"] * layers), size=65536)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (len(data), cut) == (LIMIT, True)
    assert peak < 2_000_000


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, br", "wonder", ", ".join(["gzip"] * 5)])
def test_what_was_not_asked_for_stays_as_it_came(encoding):
    assert read(b"abc", encoding) == (b"abc", False)


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
@pytest.mark.parametrize("spoil", [lambda body: b"no such thing", lambda body: body[:-9], lambda body: body[:3]])
def test_what_is_not_encoded_as_it_says_is_no_body(encoding, spoil):
    with pytest.raises(httpx.DecodingError):
        read(spoil(ENCODERS[encoding](b"hello" * 1000)), encoding)


def test_nothing_is_needed_to_decode_nothing():
    assert read(b"", "gzip") == (b"", False)


def test_a_bomb_that_shows_little_ends_at_the_deadline():
    body = gzip.compress(gzip.compress(b"\0" * 5_000_000))
    with pytest.raises(httpx.ReadTimeout, match="did not end"):
        read(body, "gzip, gzip", seconds=0.0)


def test_a_body_of_the_limit_is_whole():
    assert read(b"x" * LIMIT) == (b"x" * LIMIT, False)
    assert read(b"x" * (LIMIT + 1)) == (b"x" * LIMIT, True)
