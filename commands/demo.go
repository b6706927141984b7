package commands

import (
	"context"
	"fmt"
	"net"
	"time"

	"amal/jobs"
	"amal/mail"
)

func demo(ctx context.Context, c *call) error {
	listen := c.flags.String("listen", "127.0.0.1:8080", "address to listen on, of this machine only")
	if err := c.parse(0); err != nil {
		return err
	}
	host, _, err := net.SplitHostPort(*listen)
	if ip := net.ParseIP(host); err != nil || host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("%w: --listen %s: the demonstration listens on this machine only, such as 127.0.0.1:8080", errUsage, *listen)
	}
	if c.settings.Data == "amal-data/serve" {
		c.settings.Data = "amal-data/demo"
	}
	c.settings.Listen, c.settings.BaseURL = *listen, "http://"+*listen
	c.settings.DatabaseURL = ""
	d, err := c.openDatabase(ctx)
	if err != nil {
		return err
	}
	defer d.Close()
	loaded, err := d.Setting(ctx, "demo")
	if err != nil {
		return err
	}
	if loaded == "" {
		if err := loadDemo(ctx, c, d.Store, time.Now()); err != nil {
			return fmt.Errorf("demonstration data: %w", err)
		}
	}
	s := &server{call: c, store: d.Store, demo: true}
	s.senders = func() mail.Sender { return jobs.Catcher{Store: d.Store, Now: time.Now} }
	s.ready = func(address string) {
		fmt.Fprintf(c.out, "Amal is ready: http://%s\n", *listen)
		fmt.Fprintf(c.out, "Sign in as staff@, focal.uz@, focal.kz@, controller@, manager@, head@, admin@ or auditor@demo.example; password %s\n", demoPassword)
	}
	return s.run(ctx)
}
