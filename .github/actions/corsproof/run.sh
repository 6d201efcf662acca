#!/usr/bin/env bash
# Builds corsproof, installs a browser if there is none, judges the server, and says
# the outcome to the workflow and in its summary. The job fails as corsproof does.
set -euo pipefail

root=$(cd "$(dirname "$0")/../../.." && pwd)
temp=${RUNNER_TEMP:-$(mktemp -d)}
report=$temp/corsproof.json
html=$temp/corsproof.html
summary=$temp/corsproof.md
rm -f "$report" "$html" "$summary" # of an earlier step

(cd "$root" && go build -o "$temp/corsproof" ./runner/cmd/corsproof)

browser=${CORSPROOF_BROWSER:-chromium}
if [ "$browser" != none ]; then
	"$root/tools/need" chromium
fi

arguments=(run --file "${CORSPROOF_CONFIG:-cors.yaml}" --browser "$browser" --json "$report" --html "$html" --markdown "$summary" --github)
if [ -n "${CORSPROOF_TARGET:-}" ]; then
	arguments+=(--target "$CORSPROOF_TARGET")
fi

code=0
"$temp/corsproof" "${arguments[@]}" || code=$?
if [ -f "$summary" ]; then # there is none of a wrong configuration
	cat "$summary" >>"${GITHUB_STEP_SUMMARY:-/dev/null}"
fi
case $code in
0) verdict=conforms ;;
1) verdict=fails ;;
*) verdict=none ;;
esac
{
	echo "verdict=$verdict"
	echo "report=$report"
	echo "html=$html"
	echo "markdown=$summary"
} >>"${GITHUB_OUTPUT:-/dev/null}"
exit "$code"
