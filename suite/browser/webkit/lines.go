package webkit

import (
	"strings"
	"sync"
)

// lines take what a program prints, hand each line on, and keep the last for errors.
type lines struct {
	log func(string)

	mu   sync.Mutex
	rest string // of a line that is not complete
	kept string
}

func newLines(log func(string)) *lines { return &lines{log: log} }

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	text := l.rest + string(p)
	end := strings.LastIndexByte(text, '\n') + 1
	l.rest = text[end:]
	for line := range strings.Lines(text[:end]) {
		line = strings.TrimRight(line, "\r\n")
		if line != "" {
			l.kept = line
		}
		if l.log != nil {
			l.log(line)
		}
	}
	return len(p), nil
}

// last returns the last line that said something.
func (l *lines) last() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.kept == "" {
		return "it printed nothing"
	}
	return l.kept
}
