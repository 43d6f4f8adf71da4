package kubernetes

import (
	"context"
	"fmt"
	"io"
	"net"
	"os/signal"
	"syscall"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
)

// Version is that of the official provider whose behaviour this one follows; the engine compares it with what the SDK asks for.
const Version = "4.32.0"

// maxMessageBytes is the largest message the engine and its plugins exchange (400 MiB, as in the Pulumi SDK).
const maxMessageBytes = 400 << 20

// Serve listens on a free loopback port, prints the port on out's first line, as the engine expects of a plugin, and answers until
// it is told to stop. args are those of the plugin: optionally the engine's address.
//
// The engine starts plugins in process groups of their own: a person's Ctrl-C does not reach them, and the engine says Cancel instead.
// SIGINT is how it ends a plugin that has nothing left to do. An engine that was killed says nothing; its closed connection does.
func Serve(args []string, out io.Writer) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	provider := New()
	if address := engineAddress(args); address != "" {
		if err := provider.engine.connect(address); err != nil {
			return err
		}
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("cannot listen on loopback: %w", err)
	}
	server := grpc.NewServer(grpc.MaxRecvMsgSize(maxMessageBytes), grpc.MaxSendMsgSize(maxMessageBytes))
	pulumirpc.RegisterResourceProviderServer(server, provider)
	if _, err := fmt.Fprintf(out, "%d\n", listener.Addr().(*net.TCPAddr).Port); err != nil {
		return fmt.Errorf("cannot print the port: %w", err)
	}
	go func() {
		provider.engine.gone(ctx)
		provider.cancel()
		server.Stop()
	}()
	return server.Serve(listener)
}

// engineAddress finds the engine's address among the arguments: the first that is no flag.
func engineAddress(args []string) string {
	for _, arg := range args {
		if arg != "" && arg[0] != '-' {
			return arg
		}
	}
	return ""
}
