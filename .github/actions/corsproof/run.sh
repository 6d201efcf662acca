#!/usr/bin/env bash
# Builds corsproof, installs a browser if there is none, judges the server, and says
# the outcome to the workflow. The job fails as corsproof does.
set -euo pipefail

root=$(cd "$(dirname "$0")/../../.." && pwd)
temp=${RUNNER_TEMP:-$(mktemp -d)}
report=$temp/corsproof.json

(cd "$root" && go build -o "$temp/corsproof" ./runner/cmd/corsproof)

browser=${CORSPROOF_BROWSER:-chromium}
if [ "$browser" != none ]; then
	"$root/tools/need" chromium
fi

arguments=(run --file "${CORSPROOF_CONFIG:-cors.yaml}" --browser "$browser" --json "$report" --github)
if [ -n "${CORSPROOF_TARGET:-}" ]; then
	arguments+=(--target "$CORSPROOF_TARGET")
fi

code=0
"$temp/corsproof" "${arguments[@]}" || code=$?
case $code in
0) verdict=conforms ;;
1) verdict=fails ;;
*) verdict=none ;;
esac
{
	echo "verdict=$verdict"
	echo "report=$report"
} >>"${GITHUB_OUTPUT:-/dev/null}"
exit "$code"
