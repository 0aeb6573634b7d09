#!/usr/bin/env bash
# Migrates a small fine-tuning file and shows each step: the plan, the messages, the way back.
set -euo pipefail
cd "$(dirname "$0")"
rolecall() { npx tsx ../src/cli/bin.ts "$@"; }
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

rolecall inspect-dataset support.jsonl --keep id -o "$work/plan.json"
rolecall convert-dataset support.jsonl --plan "$work/plan.json" -o "$work/chat.jsonl" --report "$work/report.json"
cat "$work/chat.jsonl"
rolecall merge-reports "$work/report.json" --html "$work/report.html"
rolecall convert-dataset "$work/chat.jsonl" --keep id
