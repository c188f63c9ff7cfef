from typing import Any

import pytest
from pydantic import ValidationError

from tests.support.manifests import platform_of


def test_one_host_is_enough() -> None:
    assert platform_of(ingress={"producerHost": "ingest.example.org"}).spec.ingress is not None


@pytest.mark.parametrize(
    ("ingress", "said"),
    [
        ({"className": "nginx"}, "producerHost or analyticsHost is needed"),
        ({"producerHost": "a.example.org", "analyticsHost": "a.example.org"}, "each needs a host of its own"),
        ({"producerHost": "http://a.example.org"}, "a host name like"),
        ({"producerHost": "a.example.org:443"}, "a host name like"),
        ({"producerHost": "*.example.org"}, "a host name like"),
        ({"producerHost": "A.example.org"}, "a host name like"),
    ],
)
def test_an_ingress_that_leads_nowhere_is_refused(ingress: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        platform_of(ingress=ingress)
