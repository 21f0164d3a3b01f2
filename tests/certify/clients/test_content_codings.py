"""Content codings: what a decoder of another author makes of an encoded body is the body."""

import gzip
import shutil
import subprocess
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.certify.api_clients.content_codings import CODINGS, encode_body

BODIES = [b"", b"a", b"[1]" * 30_000, b"x" * 65_536, b"x" * 65_537, b"x" * 131_072, b"x" * 300_001]
DECODE = """
const zlib = require("zlib"), parts = []
if (!zlib[process.argv[1]]) process.exit(3)
process.stdin.on("data", part => parts.push(part))
process.stdin.on("end", () => process.stdout.write(zlib[process.argv[1]](Buffer.concat(parts))))
"""


@given(st.binary(max_size=2000))
def test_gzip_and_deflate_are_undone_by_the_standard_library(body: bytes):
    assert gzip.decompress(encode_body(body, "gzip")) == body
    assert zlib.decompress(encode_body(body, "deflate")) == body
    assert encode_body(body, "") == body


@pytest.mark.parametrize("body", BODIES, ids=len)
@pytest.mark.parametrize(("coding", "function"), [("br", "brotliDecompressSync"), ("zstd", "zstdDecompressSync")])
def test_br_and_zstd_are_undone_by_node(body: bytes, coding: str, function: str):
    node = shutil.which("node") or pytest.skip("node is not installed")
    decoded = subprocess.run(
        [node, "-e", DECODE, function], input=encode_body(body, coding), capture_output=True, check=False
    )
    if decoded.returncode == 3:
        pytest.skip(f"this node has no {function}")
    assert decoded.stdout == body, decoded.stderr


def test_another_coding_is_refused():
    assert CODINGS == ("gzip", "deflate", "br", "zstd")
    with pytest.raises(ValueError, match="compress"):
        encode_body(b"", "compress")
