package chromium

// Settled reports whether all evidence of the request with that tag is there after
// those events.
func Settled(tag string, events ...any) bool { return recorded(tag, events).settled() }

// Told reports whether nothing more is to be expected of it either that nothing orders.
func Told(tag string, events ...any) bool { return recorded(tag, events).told() }

func recorded(tag string, events []any) *record {
	t := newTrace(nil)
	r := &record{trace: t, tag: tag, changed: make(chan struct{}, 1)}
	t.records[tag] = r
	for _, e := range events {
		t.handle(e)
	}
	return r
}
