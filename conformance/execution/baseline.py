"""The baseline of a run: the target that the option --against names, with credentials, and never anything but reads."""

import msgspec

from conformance.description import Description
from conformance.errors import UsageError
from conformance.execution.mirrored_channel import Baseline
from conformance.execution.preflight import check_target
from conformance.execution.setup import RunOptions, get_builtin_identities
from conformance.execution.spec import RunSpec
from conformance.network.channel import AGENT, Channel
from conformance.safety.gate import Gate
from conformance.safety.rules import permit
from conformance.targets import config as configuration
from conformance.targets.resolver import BUILTIN, resolve_target
from conformance.targets.tokens import obtain_credentials


def connect_baseline(spec: RunSpec, options: RunOptions, description: Description) -> RunSpec:
    """Return the run with the baseline that its options name, unchanged where they name none.

    Its identities are those that the target has too. Raises UsageError where it cannot be resolved or is the target
    itself, TargetError where it cannot be reached, CredentialsError where it refuses the credentials.
    """
    if not options.against:
        return spec
    if options.against == BUILTIN:
        raise UsageError("--against takes a configured target or a URL", hint="Start a server with `evconform serve`")
    config = configuration.load_config(options.config)
    resolved = resolve_target(options.against, config, builtin_identities=get_builtin_identities())
    target = permit(resolved.target, writes=False, hardware=False)
    if target.base_url == spec.target.base_url:
        raise UsageError("--against names the target itself", hint="Name the other one")
    identities = {name: value for name, value in resolved.config.identities.items() if name in spec.target.identities}
    gate = Gate(target, description.model.operations)
    credentials, _ = obtain_credentials(identities, target, gate)
    with Channel(target.base_url, credentials.headers, gate, agent=AGENT) as channel:
        sent, left = check_target(channel, description.model, target.base_url)
    limits = [limit for limit in (resolved.config.budget, left) if limit is not None]
    limit = max(0, min(limits) - sent) if limits else None
    secrets = {**spec.secrets, **{f"baseline.{name}": value for name, value in credentials.secrets.items()}}
    return msgspec.structs.replace(spec, baseline=Baseline(target, credentials.headers, limit), secrets=secrets)
