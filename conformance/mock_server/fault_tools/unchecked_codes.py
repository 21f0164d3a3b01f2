"""Authorization codes of which something is checked only where the token request names it."""

from collections.abc import Callable, Mapping

from conformance.mock_server.hooks import Hook
from conformance.mock_server.tokens import AuthorizationCode


def trust_code_without(parameter: str, forget: Callable[[AuthorizationCode], AuthorizationCode]) -> Hook:
    """Return a hook that forgets what a code demands where the token request lacks the parameter that must fit it."""

    def hook(form: Mapping[str, str], code: AuthorizationCode | None) -> AuthorizationCode | None:
        return forget(code) if code and not form.get(parameter) else code

    return hook
