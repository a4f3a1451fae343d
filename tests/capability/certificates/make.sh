#!/usr/bin/env bash
# Makes the certificates that the tests of http.request use; they protect nothing.
set -euo pipefail
cd "$(dirname "$0")"
key=(-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 36500)

openssl req -x509 "${key[@]}" -keyout authority.key -out authority.pem -subj "/CN=Pocket tests" \
  -addext "basicConstraints=critical,CA:TRUE" -addext "keyUsage=critical,keyCertSign,cRLSign"
openssl req -x509 "${key[@]}" -keyout trusted.key -out trusted.crt -subj "/CN=api.example.test" \
  -CA authority.pem -CAkey authority.key \
  -addext "subjectAltName=DNS:api.example.test,DNS:*.wild.example.test" -addext "basicConstraints=CA:FALSE"
openssl req -x509 "${key[@]}" -keyout selfsigned.key -out selfsigned.crt \
  -subj "/CN=api.example.test" -addext "subjectAltName=DNS:api.example.test"
for name in trusted selfsigned; do cat "$name.key" "$name.crt" >"$name.pem"; done
rm -- *.key *.crt
