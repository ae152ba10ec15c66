#!/usr/bin/env bash
# Copies the schemas that modules.txt names from their Go modules into a folder. Go checks each module's sum.
set -euo pipefail
folder=$1
list=$(dirname "$0")/modules.txt
mkdir -p "$folder"
grep -v '^#' "$list" | while read -r module files; do
  echo "  $module" >&2
  dir=$(GOFLAGS=-mod=mod go mod download -json "$module" | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')
  # Unquoted: names of files may be patterns.
  (cd "$dir" && for file in $files; do install -m 644 "$file" "$folder/$(basename "$file")"; done)
done
