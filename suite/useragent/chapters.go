package useragent

// Chapters returns all chapters, in the order of reports.
func Chapters() []Chapter {
	return []Chapter{
		simple, safelist, preflights, lists, methods, wildcards, acao, credentials, exposed,
		cache, redirects, statuses, opaque, consumers, networkErrors,
	}
}
