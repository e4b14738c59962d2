#!/bin/sh
# Makes the secrets that are missing, each in a file of its own, and never changes one that is there.
#
#   deploy/make_secrets.sh [FOLDER]      FOLDER is `secrets` unless it is named
#
# The folder is closed to everybody but its owner. The files in it are readable, because a container reads them
# as a user without a name, and nobody else comes as far as to them.
set -eu
folder="${1:-secrets}"
mkdir -p "$folder"
chmod 0700 "$folder"

# 48 bytes without the signs that addresses and configuration files would have to quote.
random() { head -c 48 /dev/urandom | base64 | tr -d '\n' | tr '+/' '-_'; }

make() { # NAME VALUE
    [ -s "$folder/$1" ] && return 0
    (umask 077 && printf '%s\n' "$2" >"$folder/$1.part")
    chmod 0444 "$folder/$1.part"
    mv "$folder/$1.part" "$folder/$1"
    echo "made $folder/$1"
}

make secret_key "$(random)"
make database_password "$(random)"
make valkey_password "$(random)"
make flower_account "tenfold:$(random)"
make admin_password "$(random)"
