"""`python -m tools.cluster.demo`: the operator installed, a platform brought up by it, shown at work, left running."""

import base64
from typing import Final

from telemetry_contract.keys import parse_keyring
from telemetry_loadtest.machine import machine_device
from telemetry_operator.client.credentials import SigningGateway
from telemetry_operator.client.interrupt import run_to_end
from telemetry_operator.client.sending import Target
from telemetry_operator.commands.output import Steps, err, out, steps
from telemetry_operator.commands.target import reader_token
from telemetry_operator.demo.show import Result, Script, show
from telemetry_operator.demo.words import query_lines, result_lines
from tools.cluster.answers import answers_of
from tools.cluster.contexts import Context, StrangeClusterError, current_context
from tools.cluster.kubectl import Kubectl, KubectlError, NotFoundError, Object, TooLateError, until
from tools.cluster.release import ROOT, HelmError, NotAloneError, Release

NAME: Final = "kafka"
NAMESPACE: Final = "telemetry-demo"
SYSTEM: Final = "telemetry-system"
RELEASE: Final = "telemetry"
RESOURCE: Final = "telemetryplatforms.telemetry.dev"
PORTS: Final = {"producer": 30080, "analytics": 30081}  # those of examples/cluster/nodeports.yaml
START_SECONDS: Final = 600.0
SCRIPT: Final = Script(fleet=20, rate=50.0, duration=15.0)


class NotShownError(Exception):
    """The demonstration did not go as it should."""


def main() -> None:
    try:
        demonstrate(Kubectl(current_context(), NAMESPACE))
    except StrangeClusterError as error:
        err.print(f"error: {error}")
        raise SystemExit(2) from None
    except (KubectlError, HelmError, NotAloneError, NotFoundError, TooLateError, NotShownError) as error:
        err.print(f"error: {error}")
        err.print(f"hint: kubectl -n {NAMESPACE} describe tp,pods; what is there is left as it is")
        raise SystemExit(1) from None


def demonstrate(kubectl: Kubectl) -> None:
    """Bring the platform up and show it.

    Raises:
        NotShownError: what was acknowledged is not what is stored.
    """
    with steps() as progress:
        progress.step("Installing the operator")
        release = Release(kubectl.within(SYSTEM), RELEASE)
        release.refuse_others()
        release.install()
        progress.step(f"Applying examples/{NAME}.yaml")
        kubectl.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})
        kubectl.apply(ROOT / "examples" / f"{NAME}.yaml", ROOT / "examples" / "cluster")
        await_available(kubectl, progress)
    target = target_of(kubectl)
    out.print(f"\nThis machine ({machine_device()}) and {SCRIPT.fleet} simulated devices send to the Service.\n")
    result = run_to_end(show(target, SCRIPT, out))
    out.print(*answers_of(target, machine_device()), sep="\n")
    show_status(kubectl)
    show_result(result)
    show_end(kubectl.context, target)
    if not result.good:
        raise NotShownError("the books do not close: see above")


def await_available(kubectl: Kubectl, progress: Steps) -> None:
    def is_available() -> bool:
        live = kubectl.need(RESOURCE, NAME)
        status = live.get("status", {})
        progress.step(status.get("step") or "Waiting for the platform")
        return any(
            (it["type"], it["status"], it.get("observedGeneration")) == ("Available", "True", generation_of(live))
            for it in status.get("conditions", [])
        )

    until(is_available, what=f"the platform {NAME} is Available", seconds=START_SECONDS)


def generation_of(live: Object) -> int:
    return int(live["metadata"]["generation"])


def target_of(kubectl: Kubectl) -> Target:
    """The platform by its ports, with the right to sign that its Secret gives to whoever may read it."""
    secret = kubectl.need(RESOURCE, NAME)["status"]["keysSecretName"]
    keyring = parse_keyring(base64.b64decode(kubectl.need("secret", secret)["data"]["keys.json"]))
    producer, analytics = (f"http://{kubectl.context.node}:{port}" for port in PORTS.values())
    return Target(producer, analytics, SigningGateway(keyring, "cluster-demo"), reader_token(keyring))


def show_status(kubectl: Kubectl) -> None:
    for command in (("get", "tp"), ("describe", "tp", NAME)):
        out.print(f"\n$ kubectl -n {NAMESPACE} {' '.join(command)}", style="bold")
        out.print(kubectl(*command), markup=False, soft_wrap=True)


def show_result(result: Result) -> None:
    for line in result_lines(result):
        out.print(line, soft_wrap=True)


def show_end(context: Context, target: Target) -> None:
    out.print(f"\nThe platform is left running in {context.name}. Ask it:\n")
    for line in query_lines(target.analytics, target.reader, machine_device()):
        out.print(line, soft_wrap=True, markup=False)
    out.print("\nEnd it, data and operator included:\n")
    out.print(f"kubectl delete namespace {NAMESPACE}")
    out.print(f"helm uninstall {RELEASE} --namespace {SYSTEM}")


if __name__ == "__main__":
    main()
