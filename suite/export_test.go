package suite

import "strings"

// OfBrowsers are the ids of the behaviours that no server can change.
var OfBrowsers = strings.Fields(ofBrowsers)
