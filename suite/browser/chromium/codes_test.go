package chromium

import (
	"slices"
	"testing"

	"github.com/chromedp/cdproto/network"

	"github.com/corsproof/corsproof/suite/fetch"
)

func TestCodesAreChromiums(t *testing.T) {
	protocol := []network.CorsError{
		network.CorsErrorDisallowedByMode,
		network.CorsErrorInvalidResponse,
		network.CorsErrorWildcardOriginNotAllowed,
		network.CorsErrorMissingAllowOriginHeader,
		network.CorsErrorMultipleAllowOriginValues,
		network.CorsErrorInvalidAllowOriginValue,
		network.CorsErrorAllowOriginMismatch,
		network.CorsErrorInvalidAllowCredentials,
		network.CorsErrorCorsDisabledScheme,
		network.CorsErrorPreflightInvalidStatus,
		network.CorsErrorPreflightDisallowedRedirect,
		network.CorsErrorPreflightWildcardOriginNotAllowed,
		network.CorsErrorPreflightMissingAllowOriginHeader,
		network.CorsErrorPreflightMultipleAllowOriginValues,
		network.CorsErrorPreflightInvalidAllowOriginValue,
		network.CorsErrorPreflightAllowOriginMismatch,
		network.CorsErrorPreflightInvalidAllowCredentials,
		network.CorsErrorPreflightMissingAllowExternal,
		network.CorsErrorPreflightInvalidAllowExternal,
		network.CorsErrorInvalidAllowMethodsPreflightResponse,
		network.CorsErrorInvalidAllowHeadersPreflightResponse,
		network.CorsErrorMethodDisallowedByPreflightResponse,
		network.CorsErrorHeaderDisallowedByPreflightResponse,
		network.CorsErrorRedirectContainsCredentials,
		network.CorsErrorInsecureLocalNetwork,
		network.CorsErrorInvalidLocalNetworkAccess,
		network.CorsErrorNoCorsRedirectModeNotFollow,
		network.CorsErrorLocalNetworkAccessPermissionDenied,
	}
	var ours []network.CorsError
	for _, c := range fetch.Codes() {
		ours = append(ours, network.CorsError(c.Chromium))
	}
	slices.Sort(protocol)
	slices.Sort(ours)
	if !slices.Equal(protocol, ours) {
		t.Errorf("the protocol has %v, the table %v", protocol, ours)
	}
}
