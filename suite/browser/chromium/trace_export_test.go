package chromium

// Settled reports whether all evidence of the request with that tag is there after
// those events.
func Settled(tag string, events ...any) bool {
	t := newTrace()
	r := &record{trace: t, tag: tag, changed: make(chan struct{}, 1)}
	t.records[tag] = r
	for _, e := range events {
		t.handle(e)
	}
	return r.settled()
}
