package policy

// Sample returns the sample policy: that of the embedded reference server, of
// the README and of the recipes. Each call returns a value of its own.
func Sample() Policy {
	return Policy{
		AllowOrigins:     []string{"http://app.example.test:7001", "https://admin.example.test"},
		AllowMethods:     []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"},
		AllowHeaders:     []string{"Content-Type", "Authorization", "X-Requested-With"},
		ExposeHeaders:    []string{"ETag", "X-Total-Count"},
		AllowCredentials: true,
		MaxAge:           new(600),
	}
}
