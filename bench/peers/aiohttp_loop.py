"""`python3 aiohttp_loop.py URLS CONCURRENCY`: the script that people write first.

One session, a semaphore, one gather over everything, all results in memory.
Prints wallMs, cpuMs, ok and failed as JSON.
"""

import asyncio
import json
import sys
import time

import aiohttp


async def fetch(session, semaphore, url):
    async with semaphore:
        async with session.get(url) as response:
            return url, response.status, await response.text()


async def crawl(urls, concurrency):
    semaphore = asyncio.Semaphore(concurrency)
    async with aiohttp.ClientSession() as session:
        return await asyncio.gather(*(fetch(session, semaphore, url) for url in urls), return_exceptions=True)


def main():
    with open(sys.argv[1], encoding="utf-8") as lines:
        urls = lines.read().split()
    started, cpu_before = time.perf_counter(), time.process_time()
    results = asyncio.run(crawl(urls, int(sys.argv[2])))
    wall, cpu = time.perf_counter() - started, time.process_time() - cpu_before
    ok = sum(1 for result in results if not isinstance(result, BaseException) and result[1] == 200)
    print(json.dumps({"wallMs": wall * 1000, "cpuMs": cpu * 1000, "ok": ok, "failed": len(results) - ok}))


main()
