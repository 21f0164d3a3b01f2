"""The authorization server: `/o/authorize/`, `/o/token/` and `/o/revoke_token/` (RFC 6749, 7009, 7636).

There is no sign-in page: the authorization endpoint redirects at once for the user in `login_hint`, such as `user_a`.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import parse_qsl, unquote_plus, urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from conformance.mock_server.hooks import Hooks, apply_hooks
from conformance.mock_server.identities import IDENTITIES_BY_NAME
from conformance.mock_server.tokens import TOKEN_LIFETIME_S, Grant, TokenStore

_BODY_LIMIT = 64 * 1024
_NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}


class OAuthError(Exception):
    """An OAuth error response (RFC 6749, section 5.2)."""

    def __init__(self, error: str, status: int = 400) -> None:
        super().__init__(error)
        self.error = error
        self.status = status


def _build_error_response(refused: OAuthError) -> Response:
    headers = dict(_NO_STORE)
    if refused.status == 401:
        headers["WWW-Authenticate"] = 'Basic realm="ev.energy"'
    return JSONResponse({"error": refused.error}, refused.status, headers)


async def _read_form(request: Request) -> dict[str, str]:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        raise OAuthError("invalid_request")
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _BODY_LIMIT:
            raise OAuthError("invalid_request", 413)
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=100)
    except (UnicodeDecodeError, ValueError):
        raise OAuthError("invalid_request") from None
    if len({name for name, _ in pairs}) != len(pairs):
        raise OAuthError("invalid_request")
    return dict(pairs)


class OAuthServer:
    """The endpoints of the authorization server, over one store of tokens."""

    def __init__(self, tokens: TokenStore, hooks: Hooks) -> None:
        self._tokens = tokens
        self._hooks = hooks

    def list_routes(self) -> list[BaseRoute]:
        """Return the routes with and without the last slash; without it only 405, as at the provider."""
        return [
            Route("/o/authorize/", self.redirect_with_code, methods=["GET"]),
            Route("/o/authorize", self.redirect_with_code, methods=["GET"]),
            Route("/o/token/", self.issue_token, methods=["POST"]),
            Route("/o/revoke_token/", self.revoke_token, methods=["POST"]),
            Route("/o/token", _reject_missing_slash, methods=["GET", "POST", "PUT", "PATCH", "DELETE"]),
            Route("/o/revoke_token", _reject_missing_slash, methods=["GET", "POST", "PUT", "PATCH", "DELETE"]),
        ]

    async def issue_token(self, request: Request) -> Response:
        """Issue tokens for the grants client_credentials, authorization_code and refresh_token."""
        try:
            form = await _read_form(request)
            client = self._authenticate_client(request, form)
            grants = {
                "client_credentials": self._grant_by_credentials,
                "authorization_code": self._grant_by_code,
                "refresh_token": self._grant_by_refresh,
            }
            grant = grants.get(form.get("grant_type", ""))
            if grant is None:
                raise OAuthError("unsupported_grant_type" if form.get("grant_type") else "invalid_request")  # noqa: TRY301
            access, refresh, scopes = grant(client, form)
        except OAuthError as refused:
            return _build_error_response(refused)
        body = {
            "access_token": access,
            "token_type": "Bearer",
            "expires_in": TOKEN_LIFETIME_S,
            "scope": " ".join(sorted(scopes)),
        }
        body |= {"refresh_token": refresh} if refresh else {}
        return JSONResponse(
            apply_hooks(self._hooks.token, form, body), headers=apply_hooks(self._hooks.token_headers, form, _NO_STORE)
        )

    def _authenticate_client(self, request: Request, form: Mapping[str, str]) -> str:
        """Return the id of the application, sent by HTTP Basic or in the form.

        Raises: an OAuth error, `invalid_client`.
        """
        client_id, secret = form.get("client_id", ""), form.get("client_secret", "")
        scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
        if scheme:
            client_id, secret = _decode_basic(scheme, encoded)
        known_secret = self._tokens.secrets.get(client_id)
        is_own = known_secret is not None and hmac.compare_digest(
            known_secret.encode(), secret.encode("utf-8", "replace")
        )
        if known_secret is None or not apply_hooks(self._hooks.client, client_id, secret, is_own):
            raise OAuthError("invalid_client", 401)
        return client_id

    def _grant_by_credentials(self, client: str, form: Mapping[str, str]) -> tuple[str, str, frozenset[str]]:
        scopes = self._select_scopes(client, form.get("scope", ""))
        return *self._tokens.issue_tokens(client, scopes), scopes

    def _grant_by_code(self, client: str, form: Mapping[str, str]) -> tuple[str, str, frozenset[str]]:
        code = apply_hooks(self._hooks.code, form, self._tokens.redeem_code(form.get("code", "")))
        if code is None or code.grant.application != client or code.redirect_uri != form.get("redirect_uri", ""):
            raise OAuthError("invalid_grant")
        if code.challenge and not hmac.compare_digest(code.challenge, _hash_s256(form.get("code_verifier", ""))):
            raise OAuthError("invalid_grant")
        return *self._tokens.issue_tokens(client, code.grant.scopes, code.grant.user), code.grant.scopes

    def _grant_by_refresh(self, client: str, form: Mapping[str, str]) -> tuple[str, str, frozenset[str]]:
        token = form.get("refresh_token", "")
        known = self._tokens.find_refresh_grant(token)
        own = known if known and known.application == client else None
        grant = apply_hooks(self._hooks.refresh, form, client, known, own)
        if grant is None:
            raise OAuthError("invalid_grant")
        return *self._tokens.refresh_tokens(token, grant), grant.scopes

    def _select_scopes(self, client: str, scope: str) -> frozenset[str]:
        allowed = self._tokens.list_allowed_scopes(client)
        requested = frozenset(scope.split())
        if not requested <= allowed:
            raise OAuthError("invalid_scope")
        return requested or allowed

    async def revoke_token(self, request: Request) -> Response:
        """Revoke a token; the response is 200 whether the token was known or not."""
        try:
            form = await _read_form(request)
            client = self._authenticate_client(request, form)
            if not form.get("token"):
                raise OAuthError("invalid_request")  # noqa: TRY301
        except OAuthError as refused:
            return _build_error_response(refused)
        ending = self._tokens.find_ending_tokens(form["token"], client)
        self._tokens.end_tokens(apply_hooks(self._hooks.revoke, form, ending))
        return Response(status_code=200, headers=_NO_STORE)

    async def redirect_with_code(self, request: Request) -> Response:
        """Redirect to `redirect_uri` with `code` and `state`, or with `error` (authorization code grant)."""
        query = request.query_params
        target = urlsplit(query.get("redirect_uri", ""))
        if (
            query.get("client_id") not in self._tokens.secrets
            or target.scheme not in {"http", "https"}
            or not target.netloc
        ):
            return _build_error_response(OAuthError("invalid_request"))
        try:
            result = {"code": self._issue_code(query)}
        except OAuthError as refused:
            result = {"error": refused.error}
        if "state" in query:
            result["state"] = query["state"]
        joint = "&" if target.query else "?"
        return RedirectResponse(query["redirect_uri"] + joint + urlencode(result), 302)

    def _issue_code(self, query: Mapping[str, str]) -> str:
        if query.get("response_type") != "code":
            raise OAuthError("unsupported_response_type")
        challenge = query.get("code_challenge", "")
        if challenge and query.get("code_challenge_method", "plain") != "S256":
            raise OAuthError("invalid_request")
        person = IDENTITIES_BY_NAME.get(query.get("login_hint", "user_a"))
        if person is None or person.user is None:
            raise OAuthError("access_denied")
        client = query["client_id"]
        grant = Grant(client, self._select_scopes(client, query.get("scope", "")), self._tokens.find_user(person.user))
        return self._tokens.issue_code(grant, query["redirect_uri"], challenge)


async def _reject_missing_slash(_request: Request) -> Response:
    return Response(status_code=405, headers={"Allow": ""})


def _decode_basic(scheme: str, encoded: str) -> tuple[str, str]:
    try:
        text = base64.b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        raise OAuthError("invalid_client", 401) from None
    if scheme.lower() != "basic" or ":" not in text:
        raise OAuthError("invalid_client", 401)
    client_id, _, secret = text.partition(":")
    return unquote_plus(client_id), unquote_plus(secret)


def _hash_s256(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode("ascii", "replace")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
