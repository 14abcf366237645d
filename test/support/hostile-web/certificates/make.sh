#!/usr/bin/env bash
# Makes the certificates of the hostile web anew, valid for 100 years. All leaves share one key, which is used nowhere else.
set -euo pipefail
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
years=36500

ec() { openssl ecparam -name prime256v1 -genkey -noout -out "$1"; }
ext() { printf '%s\n' "$@" > "$work/ext"; echo "$work/ext"; }
names='subjectAltName=DNS:*.hostile.test'

authority() { # name subject
  ec "$work/$1.key"
  openssl req -x509 -new -key "$work/$1.key" -subj "/CN=$2" -days $years -out "$work/$1.pem" \
    -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign 2> /dev/null
}

leaf() { # name authority key extensions...
  local name=$1 by=$2 key=$3
  shift 3
  openssl req -new -key "$key" -subj "/CN=$name" -out "$work/$name.csr" 2> /dev/null
  openssl x509 -req -in "$work/$name.csr" -CA "$work/$by.pem" -CAkey "$work/$by.key" -CAcreateserial \
    ${dates:--days $years} -extfile "$(ext "$@")" -out "$work/$name.pem" 2> /dev/null
}

authority authority 'Authority of the hostile web'
authority stranger 'An authority that nobody trusts'
ec key.pem
leaf good authority key.pem "$names"
# x509 of OpenSSL 3.0 cannot set dates: ca can.
dated() { # name from to
  openssl req -new -key key.pem -subj "/CN=$1" -out "$work/$1.csr" 2> /dev/null
  mkdir -p "$work/db" && : > "$work/db/index" && openssl rand -hex 8 > "$work/db/serial"
  printf '%s\n' '[ca]' 'default_ca=d' '[d]' "database=$work/db/index" "serial=$work/db/serial" "new_certs_dir=$work/db" \
    'default_md=sha256' 'policy=p' '[p]' 'commonName=supplied' > "$work/ca.conf"
  openssl ca -batch -config "$work/ca.conf" -cert "$work/authority.pem" -keyfile "$work/authority.key" -in "$work/$1.csr" \
    -startdate "$2" -enddate "$3" -extfile "$(ext "$names")" -notext -out "$work/$1.pem" 2> /dev/null
}
dated expired 20000101000000Z 20010101000000Z
dated not-yet-valid 21000101000000Z 21010101000000Z
openssl req -x509 -new -key key.pem -subj /CN=self-signed -days $years -addext "$names" -out "$work/self-signed.pem" 2> /dev/null
leaf untrusted stranger key.pem "$names"
leaf wrong-host authority key.pem 'subjectAltName=DNS:another.test'
leaf without-names authority key.pem 'keyUsage=digitalSignature'
leaf wrong-purpose authority key.pem "$names" 'extendedKeyUsage=clientAuth'
ec "$work/between.key"
leaf between authority "$work/between.key" 'basicConstraints=critical,CA:TRUE' 'keyUsage=keyCertSign'
leaf missing-intermediate between key.pem "$names"
leaf no-authority authority key.pem 'basicConstraints=critical,CA:FALSE'
cp key.pem "$work/no-authority.key"
leaf authority-that-is-none no-authority key.pem "$names"
cat "$work/no-authority.pem" >> "$work/authority-that-is-none.pem"
openssl genrsa -out "$work/weak.key" 1024 2> /dev/null
leaf weak-key authority "$work/weak.key" "$names"
cat "$work/weak.key" >> "$work/weak-key.pem"

for name in authority good expired not-yet-valid self-signed untrusted wrong-host without-names wrong-purpose \
  missing-intermediate authority-that-is-none weak-key; do
  cp "$work/$name.pem" "$name.pem"
done
