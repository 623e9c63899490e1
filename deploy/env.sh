#!/bin/sh
# Writes .env from deploy/env.example, with a random password in every empty place.
set -eu
umask 077

root="$(dirname "$0")/.."
if [ -e "$root/.env" ]; then
  echo "$root/.env exists and is left as it is: delete it first for new passwords." >&2
  exit 1
fi
while IFS= read -r line; do
  case "$line" in
    # Hexadecimal needs no quoting in an address, in YAML or in a shell.
    *_PASSWORD=) printf '%s%s\n' "$line" "$(openssl rand -hex 24)" ;;
    *) printf '%s\n' "$line" ;;
  esac
done < "$root/deploy/env.example" > "$root/.env.part"
mv "$root/.env.part" "$root/.env"
echo "Passwords are in $root/.env; only you can read it."
