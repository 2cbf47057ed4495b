"""No code reads a token without checking its signature, and the check that says so finds each way of doing it."""

import pytest

from tests.audit.tokens import ALLOWED, FOLDERS, Finding, findings, unexpected
from tests.cli.programs import CHECKOUT

PLANTED = {
    "import jwt\njwt.decode(t, options={'verify_signature': False})": "verify_signature is not True",
    "import jwt\njwt.decode(t, k, ['HS256'], {'verify_signature': 0})": "verify_signature is not True",
    "import jwt\njwt.decode(t, k, ['HS256'], options={'verify_exp': False})": "verify_exp is not True",
    "import jwt\njwt.decode(t, k)": "decoded without a list of algorithms",
    "import jwt as j\nj.decode(t, k, audience='a')": "decoded without a list of algorithms",
    "import jwt\njwt.decode(t, k, algorithms=[])": "algorithms that only a run can tell",
    "import jwt\njwt.decode(t, k, algorithms=ALL)": "algorithms that only a run can tell",
    "import jwt\njwt.decode(t, k, algorithms=['HS256', 'none'])": "the algorithm 'none'",
    "import jwt\njwt.decode(t, k, algorithms=['HS512'])": "the algorithm 'HS512'",
    "import jwt\njwt.decode(t, k, algorithms=[header['alg']])": "the algorithm header['alg']",
    "import jwt\njwt.decode(t, k, ['HS256'], options=OPTIONS)": "options that only a run can tell",
    "import jwt\njwt.decode(t, k, ['HS256'], options=dict(verify_signature=False))": "verify_signature is not True",
    "import jwt\njwt.decode(t, k, ['HS256'], options={**LOOSE})": "options that only a run can tell",
    "import jwt\njwt.decode(t, k, ['HS256'], **more)": "arguments that only a run can tell",
    "import jwt\njwt.decode(*given)": "arguments that only a run can tell",
    "import jwt\njwt.decode(t, k, ['HS256'], verify=False)": "verify is an argument of old releases",
    "options['verify_signature'] = False": "verify_signature is not True",
    "OPTIONS = {'verify_signature': STRICT}": "verify_signature is not True",
    "from jwt import decode": "decode is imported by name",
    "from jwt import *": "decode is imported by name",
    "from jwt.api_jwt import decode as read": "decode is imported by name",
    "import jwt\nread = jwt.decode": "decode is handed on",
    "import jwt\nmap(jwt.decode, tokens)": "decode is handed on",
    "import jwt\ngetattr(jwt, name)(t)": "an attribute that only a run can tell",
    "import jwt\njwt.decode_complete(t, k, ['HS256'])": "decode_complete",
    "import jwt\njwt.get_unverified_header(t)": "get_unverified_header",
    "from jwt import get_unverified_header": "get_unverified_header",
    "getattr(anything, 'get_unverified_header')(t)": "get_unverified_header",
    "import jwt\njwt.PyJWT().decode(t, k)": "decoded without a list of algorithms",
    "import jwt\njwt.PyJWT(options={'verify_signature': False})": "verify_signature is not True",
    "import jwt\njwt.PyJWS(algorithms=['none'])": "the algorithm 'none'",
    "import jwt\nreader = jwt.PyJWS()\nreader.decode(t, k)": "decoded without a list of algorithms",
    "from jwt import PyJWS\nclass A:\n  def f(self):\n    self.r = PyJWS()\n  def g(self):\n    self.r.decode(t)": (
        "decoded without a list of algorithms"
    ),
    "from jwt import api_jws\nagain = api_jws\nagain.decode(t, k)": "decoded without a list of algorithms",
    "import importlib\nimportlib.import_module('jwt').decode(t)": "an import that only a run can tell",
    "__import__('jwt').decode(t)": "an import that only a run can tell",
    "from jose import jwt": "another library for tokens",
    "import authlib.jose": "another library for tokens",
    "import base64\nbase64.urlsafe_b64decode(t.split('.')[1])": "URL-safe base64 decoded by hand",
    "from base64 import urlsafe_b64decode as read": "URL-safe base64 decoded by hand",
    "from jwt.utils import base64url_decode": "URL-safe base64 decoded by hand",
}
HARMLESS = [
    "import jwt\njwt.decode(t, k, ['HS256'], audience='a', options={'require': ['exp'], 'verify_signature': True})",
    "import jwt\njwt.decode(t, k, algorithms=[algorithm])",
    "import jwt\ntext = jwt.encode(payload, k, algorithm='HS256')\ntext.encode().decode()",
    "import jwt\npayload = jwt.decode(t, k, ['HS256'])\nname = payload['n'].decode()",
    "b'bytes'.decode()",
    "import base64\nbase64.b64decode(body, validate=True)",
]


@pytest.mark.parametrize("source", PLANTED)
def test_each_way_to_read_a_token_unverified_is_found(source: str) -> None:
    assert PLANTED[source] in [finding.what for finding in findings(source)]


@pytest.mark.parametrize("source", HARMLESS)
def test_a_verified_token_and_other_decoders_are_no_findings(source: str) -> None:
    assert findings(source) == []


def test_a_finding_names_its_line() -> None:
    assert findings("import jwt\n\nread = jwt.decode") == [Finding(3, "decode is handed on")]


def test_no_code_reads_a_token_unverified() -> None:
    assert unexpected(CHECKOUT, *FOLDERS) == []


def test_each_exception_is_still_needed() -> None:
    found = {(path, what.what) for path, _ in ALLOWED for what in findings((CHECKOUT / path).read_text())}
    assert found >= ALLOWED.keys()
