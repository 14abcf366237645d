#!/bin/sh
# The crawl of `docker compose --profile demo up`: hands 1,000 lines to the fleet, waits until they are collected, and proves that
# every one of them has its outcome.
set -eu

if [ -z "${TRAWL_ALLOW_PRIVATE:-}" ]; then
  echo 'The pretend shops are in a private network of Docker, and workers connect to none unless they are told to:' >&2
  echo '  TRAWL_ALLOW_PRIVATE=10.0.0.0/8,172.16.0.0/12,192.168.0.0/16 docker compose --profile demo up' >&2
  exit 2
fi

list() {
  echo '# Five pretend shops.'
  for shop in 1 2 3 4 5; do
    for id in $(seq 195); do echo "http://shop-$shop:8080/products/$id?delay=250"; done
    echo "http://shop-$shop:8080/flaky?id=$shop&fails=1&status=503"
    echo "http://shop-$shop:8080/limited?id=$shop&retry-after=1"
    echo "http://shop-$shop:8080/status/404"
    echo "http://shop-$shop:8080/products/1?delay=250"
    echo 'not a URL'
  done
}

list >/data/demo.txt
run=$(trawl enqueue /data/demo.txt --name demo --backoff 200ms)
until trawl status "$run" --json | grep -q '"collectedAtMs"'; do
  trawl status "$run" | grep outcomes || true
  sleep 2
done
trawl report "$run"
trawl verify "$run"
