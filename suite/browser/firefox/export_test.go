package firefox

// Pid returns the process id of the browser.
func (b *Browser) Pid() int { return b.process.Pid() }

// Home returns the browser's folder.
func (b *Browser) Home() string { return b.home.Dir }

// ParseEntry reads an entry of the console, and returns the name of its reason.
func ParseEntry(text string) (name, url string, blocked bool) {
	reason, url, blocked := parseEntry(text)
	return nameOf(reason), url, blocked
}
