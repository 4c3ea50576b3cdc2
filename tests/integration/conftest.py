"""Fixtures on a database with people in it."""

import pytest
from flask.testing import FlaskClient

from harness.city import City
from youke.kernel.db import Database


@pytest.fixture
def city(database: Database, client: FlaskClient) -> City:
    """A database that a test fills with people and lessons, empty afterwards."""
    return City(database, client)
