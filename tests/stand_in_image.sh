#!/usr/bin/env bash
# Make a stand-in for the base image that the Containerfile names, where no registry of images can be reached: Debian 12 by
# debootstrap with the Python that runs this, under the same name. For root, with debootstrap and podman installed.
set -euo pipefail
name=${1:-docker.io/library/python:3.11-slim-bookworm}
folder=$(mktemp -d)
trap 'rm -rf "$folder" "$folder.log"' EXIT
prefix=$(python3.11 -c 'import sys; print(sys.base_prefix)')
debootstrap --variant=minbase bookworm "$folder" > "$folder.log" || { cat "$folder.log"; exit 1; }
chroot "$folder" apt-get install -q -y --no-install-recommends ca-certificates libbz2-1.0 libexpat1 libffi8 liblzma5 \
    libncursesw6 libreadline8 libsqlite3-0 libssl3 libuuid1 netbase tzdata zlib1g > /dev/null
# What the slim image leaves out stays out here.
tar -C "$prefix" -cf - --exclude='*/site-packages/*' --exclude='*/test' --exclude='*/__pycache__' --exclude='*.a' \
    bin/python3.11 lib/python3.11 $(cd "$prefix" && ls lib/libpython3* 2> /dev/null) | tar -C "$folder/usr/local" -xf -
ln -s python3.11 "$folder/usr/local/bin/python3"
ln -s python3.11 "$folder/usr/local/bin/python"
chroot "$folder" ldconfig
chroot "$folder" python -m ensurepip > /dev/null
# This machine's own certificates, which its registries of packages may need.
cp /etc/ssl/certs/ca-certificates.crt "$folder/etc/ssl/certs/"
printf '[global]\ncert = /etc/ssl/certs/ca-certificates.crt\n' > "$folder/etc/pip.conf"
rm -rf "$folder"/var/cache/apt/* "$folder"/var/lib/apt/lists/* "$folder/etc/resolv.conf"
tar -C "$folder" -cf - . | podman import - "$name"
