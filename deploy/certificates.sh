#!/bin/sh
# Makes an authority and a certificate for the OpenSearch node, in deploy/certs.
#
#   deploy/certificates.sh [NAME ...]
#
# Each NAME is a further host name by which clients outside the stack reach the node. A second run
# keeps the authority, so that clients keep trusting it, and renews the node's certificate.
set -eu
umask 077

certs="$(dirname "$0")/certs"
ca_days=3650
node_days=397

mkdir -p "$certs"
cd "$certs"

if [ ! -f ca-key.pem ]; then
  openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out ca-key.pem
  openssl req -new -x509 -sha256 -key ca-key.pem -days "$ca_days" -out ca.pem \
    -subj "/O=Diptych/CN=Diptych authority" \
    -addext "basicConstraints=critical,CA:TRUE,pathlen:0" \
    -addext "keyUsage=critical,keyCertSign,cRLSign"
fi

names="DNS:opensearch,DNS:localhost,IP:127.0.0.1"
for name in "$@"; do
  names="$names,DNS:$name"
done

# OpenSearch reads unencrypted keys in PKCS#8 form, which is what genpkey writes.
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out node-key.pem
printf '%s\n' "basicConstraints=critical,CA:FALSE" "keyUsage=critical,digitalSignature" \
  "extendedKeyUsage=serverAuth,clientAuth" "subjectAltName=$names" > node.ext
openssl req -new -sha256 -key node-key.pem -subj "/O=Diptych/CN=opensearch" -out node.csr
openssl x509 -req -sha256 -in node.csr -CA ca.pem -CAkey ca-key.pem -days "$node_days" \
  -extfile node.ext -out node.pem 2> openssl.log || { cat openssl.log >&2; exit 1; }
rm -f node.csr node.ext openssl.log

# The containers run under users of their own and must read these; the folder itself stays closed
# to other users of this machine, and the authority's key is never mounted.
chmod 644 ca.pem node.pem node-key.pem
echo "Certificates are in $certs; clients trust $certs/ca.pem (DIPTYCH_CA_FILE)."
