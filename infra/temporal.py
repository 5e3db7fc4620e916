"""How a process reaches Temporal."""

import asyncio
import logging
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.client import Client
from temporalio.common import SearchAttributeKey
from temporalio.service import RPCError, RPCStatusCode

log = logging.getLogger(__name__)

MAX_PAUSE = 5.0


async def connect_patiently(address: str, *, namespace: str, stop: asyncio.Event) -> Client | None:
    """Return a client, waiting as long as it takes: Temporal may come up after us.

    Returns:
        None when `stop` was set before Temporal was there.
    """
    pause = 0.2
    while not stop.is_set():
        try:
            return await Client.connect(address, namespace=namespace)
        except RuntimeError:
            log.warning("Temporal is not there yet, next try in %.1f s", pause)
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), pause)
        pause = min(pause * 2, MAX_PAUSE)
    return None


async def ensure_search_attributes(client: Client, keys: Iterable[SearchAttributeKey[Any]]) -> None:
    """Register the search attributes that workflows carry; those already there stay."""
    for key in keys:
        request = AddSearchAttributesRequest(
            namespace=client.namespace,
            search_attributes={key.name: IndexedValueType.ValueType(int(key.indexed_value_type))},
        )
        try:
            await client.operator_service.add_search_attributes(request)
        except RPCError as error:
            if error.status is not RPCStatusCode.ALREADY_EXISTS:
                raise


async def is_reachable(address: str) -> bool:
    """Return whether somebody listens at the address of Temporal's frontend, within a second."""
    host, _, port = address.rpartition(":")
    try:
        async with asyncio.timeout(1.0):
            _, writer = await asyncio.open_connection(host, int(port))
    except (OSError, TimeoutError, ValueError):
        return False
    writer.close()
    return True
