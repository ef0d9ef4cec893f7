"""The orchestrator's description of its own API, as the specification's validator sees it."""

import json
import os
import urllib.request

from openapi_spec_validator import OpenAPIV31SpecValidator
from openapi_spec_validator.versions import get_spec_version

ORCHESTRATOR = os.environ.get("SWARMSCOPE_ORCHESTRATOR", "http://127.0.0.1:8000")


def test_the_document_is_valid_openapi_3_1():
    with urllib.request.urlopen(f"{ORCHESTRATOR}/openapi.json") as reply:
        document = json.load(reply)
    assert get_spec_version(document).major == "3"
    errors = [error.message for error in OpenAPIV31SpecValidator(document).iter_errors()]
    assert errors == []
    assert "/api/v1/tasks/watch" in document["paths"]
