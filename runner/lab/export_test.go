package lab

// Sessions is how many there are.
func (l *Lab) Sessions() int {
	l.sessions.mu.Lock()
	defer l.sessions.mu.Unlock()
	return len(l.sessions.all)
}

// Token is what the lab's page alone has.
func (l *Lab) Token() string { return l.token }
