"""`sealing_on_vs_off`: receipts over HTTP while the record is sealed, against without."""

import asyncio
import time

import psycopg
from pydantic import SecretStr

from benchmarks.measure import Row, alternate, ratios, until
from benchmarks.receipts import CLIENTS, HttpClient, Queues
from benchmarks.verifying import seal_everything
from cli.stack import Stack
from cli.verify import verify_everything
from infra.database import WORKER_ROLE, create_engine, create_sessions


async def sealing_on_vs_off(stack: Stack, *, queues: Queues, seconds: float, pairs: int) -> Row:
    """Take receipts for some seconds with the sealer running, then without it, and so on.

    Args:
        stack: Its sealer is stopped and started; it runs again at the end.
        queues: Hops to be registered, for each client.
        seconds: How long each side is measured.
        pairs: How often.
    """
    url = stack.settings.process_database_url
    assert url is not None

    async def with_sealer() -> float:
        stack.start("sealer")
        # Measured is a sealer at work, not one that starts.
        before = await _seals(url)
        await until(lambda: _is_sealing(url, queues, stack, before), seconds=30)
        rate = await _measure(stack, queues, seconds)
        stack.children["sealer"].stop()
        return rate

    async def without() -> float:
        return await _measure(stack, queues, seconds)

    stack.children["sealer"].stop()
    await alternate(with_sealer, without, pairs=1)
    measured = await alternate(with_sealer, without, pairs=pairs)
    ratio, spread = ratios(measured)
    check, is_correct = await _verify(stack, url)
    stack.start("sealer")
    return Row(
        name="sealing_on_vs_off",
        ratio=ratio,
        spread=spread,
        target=">= 0.95",
        check=check,
        is_correct=is_correct,
        detail={
            "on_per_second": [round(one) for one, _ in measured],
            "off_per_second": [round(other) for _, other in measured],
        },
    )


async def _measure(stack: Stack, queues: Queues, seconds: float) -> float:
    clients = [await HttpClient.connect(stack.settings.api_port) for _ in range(CLIENTS)]
    began = time.perf_counter()

    async def take(nth: int) -> int:
        done = 0
        while queues[nth] and time.perf_counter() < began + seconds:
            hop = queues[nth].pop()
            await clients[nth].post(f"/v1/hops/{hop.hop_id}/receipt", hop.token)
            done += 1
        return done

    done = await asyncio.gather(*map(take, range(CLIENTS)))
    rate = sum(done) / (time.perf_counter() - began)
    for client in clients:
        client.close()
    return rate


async def _is_sealing(url: SecretStr, queues: Queues, stack: Stack, before: int) -> bool:
    """Take one receipt and tell whether anything was sealed since."""
    client = await HttpClient.connect(stack.settings.api_port)
    hop = queues[0].pop()
    await client.post(f"/v1/hops/{hop.hop_id}/receipt", hop.token)
    client.close()
    return await _seals(url) > before


async def _seals(url: SecretStr) -> int:
    plain = url.get_secret_value().replace("+psycopg", "")
    async with await psycopg.AsyncConnection.connect(plain) as connection:
        row = await (await connection.execute("SELECT count(*) FROM seal")).fetchone()
        return int(row[0]) if row else 0


async def _verify(stack: Stack, url: SecretStr) -> tuple[str, bool]:
    await seal_everything(url, stack.settings)
    engine = create_engine(url, pool=1, role=WORKER_ROLE)
    async with create_sessions(engine)() as session:
        found = await verify_everything(session, stack.settings)
    await engine.dispose()
    assert found.log is not None
    text = f"{found.log.leaves} leaves under {found.log.seals} seals, {found.faults} at fault"
    return text, found.faults == 0 and found.log.unsealed == 0
