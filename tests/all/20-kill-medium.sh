#!/usr/bin/env bash
# Fifty kills at scale medium.
export SCALE=medium KILLS=50
exec bash "$(dirname "$0")/../e2e/20-kill.sh"
