package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/corsproof/corsproof/runner/lab"
)

const labLong = `Opens a page that teaches CORS in your own browser: lessons, each with a server that is
broken, and a playground. You say what will happen; your browser makes the request for
real; and you see what went over the wire, which header decided, and which step of the
Fetch Standard it was.

  lessons      each asks for one repair, and is passed when your browser agrees
  playground   any policy, any request, and any of the servers with one known mistake;
               every state has a link, and every policy its lines for nginx, Apache,
               Express, Go, ASP.NET and others

Everything is on loopback: the lab listens on 127.0.0.1 alone, on --port and the next one,
and uses names below localhost, which browsers lead to their own machine. There is no
network, no account, and nothing to install. It refuses any other Host, and no page of
another site can change what it does.

It ends with Ctrl-C.`

const labExample = `  corsproof lab
  corsproof lab --open                 open it in the browser
  corsproof lab --port 0               on ports that are free, if 7070 and 7071 are not`

func newLab() *cobra.Command {
	var port int
	var opens bool
	c := &cobra.Command{
		Use:     "lab",
		Short:   "Teach CORS in your own browser",
		Long:    labLong,
		Example: labExample,
		Args:    cobra.NoArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return runLab(c.Context(), port, opens) },
	}
	c.Flags().IntVar(&port, "port", lab.DefaultPort, "the port; the next one is taken too; 0 takes two that are free")
	c.Flags().BoolVar(&opens, "open", false, "open the page in the browser")
	c.RegisterFlagCompletionFunc("port", cobra.FixedCompletions([]cobra.Completion{"0", "7070", "8080"}, cobra.ShellCompDirectiveNoFileComp))
	return c
}

func runLab(ctx context.Context, port int, opens bool) error {
	if port < 0 || port > 65534 {
		return fmt.Errorf("--port %d: no such pair of ports; expected 0 to 65534", port)
	}
	l, err := lab.Start(port)
	if err != nil {
		return err
	}
	fmt.Println(l.URL())
	fmt.Fprintln(os.Stderr, "Open this in your browser. Ctrl-C ends the lab.")
	if opens {
		if err := openBrowser(l.URL()); err != nil {
			fmt.Fprintln(os.Stderr, "corsproof: no browser was opened:", err)
		}
	}
	<-ctx.Done()
	return l.Close()
}

// openBrowser has the desktop show a URL, and does not wait for it.
func openBrowser(url string) error {
	words := []string{"xdg-open", url}
	switch runtime.GOOS {
	case "darwin":
		words = []string{"open", url}
	case "windows":
		words = []string{"rundll32", "url.dll,FileProtocolHandler", url}
	}
	command := exec.Command(words[0], words[1:]...)
	if err := command.Start(); err != nil {
		return err
	}
	go command.Wait() // or it stays a zombie
	return nil
}
