#!/usr/bin/env bash
# Makes a certificate for a Redis, signed by an authority of your own, which is made first where there is none:
#   bash deploy/redis-certificates.sh DIRECTORY NAME...        NAME: what REDIS_URL calls the server, a name or an address
# DIRECTORY then holds
#   ca.crt                 for REDIS_CA of every process
#   redis.crt, redis.key   for tls-cert-file and tls-key-file of Redis
#   ca.key                 signs the next certificate: keep it off the machines of the fleet
# Run again before redis.crt ends (it says when), and restart Redis; ca.crt stays the same.
set -euo pipefail
umask 077

directory=${1:?which directory}
shift
: "${1:?which name has the server}"
mkdir -p "$directory"
cd "$directory"

names=''
for name in "$@"; do
  kind=DNS
  [[ $name =~ ^[0-9.]+$ || $name == *:* ]] && kind=IP
  names="$names${names:+,}$kind:$name"
done

new_key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1"; }

if [ ! -f ca.key ]; then
  new_key ca.key
  openssl req -x509 -new -key ca.key -sha256 -days 3650 -subj '/CN=Authority of the Redis of a Trawl fleet' -out ca.crt
fi
new_key redis.key
printf 'subjectAltName=%s\nextendedKeyUsage=serverAuth\n' "$names" >redis.ext
openssl req -new -key redis.key -subj "/CN=$1" -out redis.csr
openssl x509 -req -in redis.csr -CA ca.crt -CAkey ca.key -CAcreateserial -sha256 -days 397 -extfile redis.ext -out redis.crt 2>/dev/null
rm redis.csr redis.ext
chmod 644 ca.crt redis.crt
openssl x509 -in redis.crt -noout -enddate
