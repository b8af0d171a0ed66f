#!/usr/bin/env bash
# An encrypted attachment of 1 GiB: written, verified, taken out and proven below 250 MB of memory.
export MIB=1024
exec bash "$(dirname "$0")/../e2e/86-encrypt-parts.sh"
