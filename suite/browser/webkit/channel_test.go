package webkit

import (
	"net/http"

	"github.com/coder/websocket"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/corsproof/corsproof/suite/browser/internal/script"
)

var _ = Describe("A channel", func() {
	It("is for the page around the frames, once, and for nothing in a frame", func(ctx SpecContext) {
		s, err := startChannels()
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(s.close)
		c := s.expect()
		connect := func(path, origin string) (*websocket.Conn, int) {
			header := http.Header{}
			if origin != "" {
				header.Set("Origin", origin)
			}
			conn, response, _ := websocket.Dial(ctx, "ws://"+s.listener.Addr().String()+path, &websocket.DialOptions{HTTPHeader: header})
			return conn, response.StatusCode
		}
		for _, origin := range []string{"", "null", "http://app.example.test", "http://" + channelsHost} {
			_, status := connect(c.path, origin)
			Expect(status).To(Equal(http.StatusForbidden), origin)
		}
		_, status := connect("/", script.FramesHost)
		Expect(status).To(Equal(http.StatusNotFound))

		conn, status := connect(c.path, script.FramesHost)
		Expect(status).To(Equal(http.StatusSwitchingProtocols))
		Eventually(c.open).Should(BeClosed())
		_, status = connect(c.path, script.FramesHost)
		Expect(status).To(Equal(http.StatusNotFound), "it was taken")

		Expect(conn.CloseNow()).To(Succeed())
		Eventually(c.ended).Should(BeClosed())
	})
})
