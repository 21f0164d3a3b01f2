"""The API under its base path: protocol, token, rate limit, user, parameters, then the operation itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from conformance.mock_server import negotiation
from conformance.mock_server.behaviours import Behaviours
from conformance.mock_server.call import ServerCall, ServerResponse
from conformance.mock_server.hooks import Hooks, apply_hooks
from conformance.mock_server.parameters import QueryReader
from conformance.mock_server.problems import (
    PROBLEM_MEDIA_TYPE,
    Problem,
    build_not_found,
    build_parameter_problem,
    choose_documented_status,
)
from conformance.mock_server.rate_limit import Allowance, RateLimit
from conformance.mock_server.read_handler import ReadHandler
from conformance.mock_server.record_selector import ME
from conformance.mock_server.renderer import encode_json
from conformance.mock_server.router import OperationRouter
from conformance.mock_server.tokens import Grant, TokenStore
from conformance.mock_server.world.builder import MockWorld
from conformance.mock_server.write_handler import WriteHandler
from conformance.model import Location, Operation

_USER_SLUG = "invalid-user"


@dataclass(frozen=True, slots=True)
class WireRequest:
    """A decoded request: `path` is below the base path, header names are in lower case."""

    method: str
    path: str
    base: str
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    body: bytes = b""
    too_large: bool = False


@dataclass(frozen=True, slots=True)
class WireResponse:
    """A response as bytes, ready to be sent."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


class MockApi:
    """Handler of all requests to one world."""

    def __init__(
        self, world: MockWorld, tokens: TokenStore, limit: RateLimit, hooks: Hooks, now: Callable[[], int]
    ) -> None:
        self._world = world
        self._tokens = tokens
        self._limit = limit
        self._hooks = hooks
        self._now = now
        self._router = OperationRouter(world.shape.model.operations)
        self._validators = world.request_validators
        self._readers: dict[str, QueryReader] = {}
        self._version = world.shape.model.version_header
        self.behaviours = Behaviours(world, now)
        self.reads = ReadHandler(world, hooks, self.behaviours)
        self.writes = WriteHandler(world, self.reads, self.behaviours, self._validators, hooks, now)

    def handle_request(self, request: WireRequest) -> WireResponse:
        """Return the response to a request; every failure is a problem document."""
        headers: dict[str, str] = {}
        call: ServerCall | None = None
        try:
            call = self._route_request(request)
            headers = self._admit_call(call)
            response = self._run_operation(call, request)
        except Problem as problem:
            response = self._build_problem_response(call, request, problem)
        response.headers = {**headers, **response.headers}
        if self._version:
            response.headers.setdefault(self._version, "2")
        response = apply_hooks(self._hooks.answer, call, response)
        return self._encode_response(call, request, response)

    def _build_problem_response(
        self, call: ServerCall | None, request: WireRequest, problem: Problem
    ) -> ServerResponse:
        """Return an error as a problem document, or in the form that the operation documents instead."""
        spec = call.operation.find_response(problem.status) if call else None
        media = {media.type: media for media in spec.media} if spec else {}
        if call and media and PROBLEM_MEDIA_TYPE not in media:
            plain = next((name for name in media if name.endswith("json")), "")
            body = self.behaviours.build_body(call, problem.status) if plain else None
            return ServerResponse(problem.status, body, problem.headers, plain)
        body = problem.build_document(request.base, request.path)
        return ServerResponse(problem.status, body, problem.headers, PROBLEM_MEDIA_TYPE)

    def _encode_response(self, call: ServerCall | None, request: WireRequest, response: ServerResponse) -> WireResponse:
        body = response.raw if response.raw is not None else b"" if not response.media else encode_json(response.body)
        if self._hooks.raw:
            body = apply_hooks(self._hooks.raw, call, response, body)
        headers = [(name, value) for name, value in response.headers.items()]
        if response.media:
            headers.append(("Content-Type", response.media))
        if response.status != 204:
            headers.append(("Content-Length", str(len(body))))
        return WireResponse(response.status, tuple(headers), b"" if request.method == "HEAD" else body)

    # Protocol: path, method, version, media type

    def _route_request(self, request: WireRequest) -> ServerCall:
        match = self._router.find_operations(apply_hooks(self._hooks.route, request, request.path))
        if match is None:
            raise build_not_found()
        methods, values = match
        method = apply_hooks(self._hooks.method, request, "GET" if request.method == "HEAD" else request.method)
        operation = methods.get(method)
        if operation is None:
            allowed = sorted({*methods, *(["HEAD"] if "GET" in methods else [])})
            problem = Problem(
                405, detail=f"{request.method} is not allowed here.", headers={"Allow": ", ".join(allowed)}
            )
            raise apply_hooks(self._hooks.protocol, None, "method", problem)
        names = [parameter_spec.name for parameter_spec in operation.path_parameters]
        call = ServerCall(
            operation, request.method, request.path, request.base, request.query, request.headers,
            dict(zip(names, values, strict=True)), request.body,
        )  # fmt: skip
        call.query = apply_hooks(self._hooks.query, call, call.query)
        checks = (("head", lambda _call: None), ("accept", self._check_accept), ("version", self._check_version))
        for check, complaint in checks:
            if problem := apply_hooks(self._hooks.protocol, call, check, complaint(call)):
                raise problem
        return call

    def _check_accept(self, call: ServerCall) -> Problem | None:
        operation = call.operation
        offered = [
            media.type for response in operation.responses if response.status[0] == "2" for media in response.media
        ]
        if not offered or operation.find_response(406) is None:
            return None
        if negotiation.choose_media_type(call.headers.get("accept", ""), offered) is None:
            return Problem(406, detail="No answer here has a type that Accept takes.")
        return None

    def _check_version(self, call: ServerCall) -> Problem | None:
        text = call.headers.get(self._version.lower()) if self._version else None
        if text is None or text.strip() == "2":
            return None
        return Problem(400, "unsupported-version", f"{self._version}: version {text[:40]!r} is not supported.")

    # Token and rate limit

    def _admit_call(self, call: ServerCall) -> dict[str, str]:
        """Check token, scope and rate limit, and return the rate limit headers.

        Raises: Problem with status 401, 403 or 429.
        """
        call.grant = self._find_grant(call)
        problem = apply_hooks(self._hooks.admit, call, self._find_refusal(call))
        if problem is not None and problem.status == 401:
            raise problem
        rate_headers = self._take_allowance(call)
        if problem is not None:
            problem.headers.update(rate_headers)
            raise problem
        return rate_headers

    def _find_grant(self, call: ServerCall) -> Grant | None:
        scheme, _, token = call.headers.get("authorization", "").partition(" ")
        return self._tokens.find_grant(token.strip()) if scheme.lower() == "bearer" else None

    def _find_refusal(self, call: ServerCall) -> Problem | None:
        operation = call.operation
        if not operation.is_secured:
            return None
        if call.grant is None:
            sent = "authorization" in call.headers
            detail = "The access token is not valid." if sent else "Send an access token."
            error = ', error="invalid_token"' if sent else ""
            return Problem(401, detail=detail, headers={"WWW-Authenticate": f'Bearer realm="api"{error}'})
        for alternative in operation.security:
            if all(set(need.scopes) <= call.grant.scopes for need in alternative):
                return None
        return Problem(403, detail="The token lacks the scope that this needs.")

    def _take_allowance(self, call: ServerCall) -> dict[str, str]:
        application, user = (call.grant.application, call.grant.user) if call.grant else ("", "")
        allowance: Allowance = self._limit.take_request(application, user, self._now())
        allowance = apply_hooks(self._hooks.limit, call, allowance)
        headers = {"X-RateLimit-Limit": str(allowance.limit), "X-RateLimit-Remaining": str(allowance.remaining)}
        if allowance.retry_after and call.operation.find_response(429):
            wait = str(allowance.retry_after)
            detail = f"Request was rate limited. Try again in {wait} seconds."
            raise Problem(429, "rate-limit-exceeded", detail, headers={**headers, "Retry-After": wait})
        return headers

    # User and parameters

    def _run_operation(self, call: ServerCall, request: WireRequest) -> ServerResponse:
        call.user = apply_hooks(self._hooks.context, call, self._resolve_user(call))
        self._check_query(call)
        if call.operation.method == "GET":
            return self.reads.handle(call)
        if request.too_large:
            status = choose_documented_status(call.operation, (413, 400))
            raise Problem(status, "request-too-large", "The body is larger than this server takes.")
        return self.writes.handle(call)

    def _resolve_user(self, call: ServerCall) -> str | None:
        """Return the id of the user in whose name the call is made, from the token or the user header."""
        token_user = call.grant.user if call.grant else ""
        name = call.operation.user_header
        text = call.headers.get(name.lower()) if name else None
        if text is None:
            is_required = call.operation.user_required and not token_user
            missing = build_parameter_problem(name, "this header is required.", _USER_SLUG) if is_required else None
            if problem := apply_hooks(self._hooks.parameter, call, name, missing) if missing else None:
                raise problem
            return token_user or None
        user, problem = self._parse_user(call, name, text.strip())
        if problem := apply_hooks(self._hooks.parameter, call, name, problem) if problem else None:
            raise problem
        if token_user and user and user != token_user:
            refusal = Problem(403, detail="The token belongs to another user.")
            if problem := apply_hooks(self._hooks.parameter, call, name, refusal):
                raise problem
        return user or token_user or None

    def _parse_user(self, call: ServerCall, name: str, text: str) -> tuple[str, Problem | None]:
        """Return the user id in a user header, and the problem of the header, None where it is valid.

        The header holds a bare id, or the URL of the user, whose last segment is the id.
        """
        users = self._world.shape.resources.get(self._world.shape.user_resource)
        if users is None:  # the description knows no users
            return "", build_parameter_problem(name, "no such user.", _USER_SLUG)
        bare = text.removeprefix(call.base + users.list_path + "/")
        parameter_spec = call.operation.find_parameter(name, Location.HEADER)
        if (
            not parameter_spec
            or len(bare) != 30
            or not self._validators.parameter_validator(parameter_spec.schema).is_valid(bare)
        ):
            return "", build_parameter_problem(name, "not the id or URL of a user.", _USER_SLUG)
        if bare not in self._world.store.get_collection(users.name).by_key:
            return "", Problem(404 if call.operation.find_response(404) else 400, _USER_SLUG, f"{name}: no such user.")
        return bare, None

    def _check_query(self, call: ServerCall) -> None:
        reader = self._get_query_reader(call.operation)
        paging = call.operation.pagination
        paging_names = {paging.size, paging.after, paging.before, paging.page} if paging else set()
        order_name = call.operation.ordering.parameter if call.operation.ordering else None  # unknown ones fall back
        seen: set[str] = set()
        for name, text in call.query:
            seen.add(name)
            if name not in reader.parameters or name in paging_names or text == ME or name == order_name:
                continue
            complaint = reader.find_complaint(name, text)
            problem = build_parameter_problem(name, complaint) if complaint else None
            if self._hooks.parameter:
                problem = apply_hooks(self._hooks.parameter, call, name, problem)
            if problem:
                raise problem
        for name, parameter_spec in reader.parameters.items():
            if parameter_spec.required and name not in seen:
                raise build_parameter_problem(name, "this parameter is required.")

    def _get_query_reader(self, operation: Operation) -> QueryReader:
        if operation.key not in self._readers:
            self._readers[operation.key] = QueryReader(operation, self._validators)
        return self._readers[operation.key]
