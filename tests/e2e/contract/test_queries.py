from tests.acceptance.conftest import at, device
from tests.acceptance.test_queries import *
