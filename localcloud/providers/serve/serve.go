// Package serve runs a Pulumi plugin's gRPC server the way the engine expects it: the port as the first line on stdout, an end when the engine ends.
package serve

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"syscall"

	"google.golang.org/grpc"
)

// maxMessageBytes is the limit that the engine sets on its own messages (400 MiB).
const maxMessageBytes = 400 << 20

// Plugin says what to serve.
type Plugin struct {
	// Name is the program's, for messages; Version answers --version.
	Name, Version string
	// Register adds the plugin's service. engine is the address of the engine's own server, empty when started by hand.
	Register func(server *grpc.Server, engine string)
}

// Run serves until the engine goes away or a signal arrives; calls in flight are then cancelled and waited for.
//
// args are the command line without the program's name, as the engine gives it: flags, then the engine's address.
// stdin is only watched: when it is a pipe, its end means that the engine is gone.
func (p Plugin) Run(args []string, stdin *os.File, stdout io.Writer) error {
	engine, answered, err := p.parse(args, stdout)
	if err != nil || answered {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	ctx = endWithParent(ctx, stdin)

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("no port to listen on: %w", err)
	}
	server := grpc.NewServer(grpc.MaxRecvMsgSize(maxMessageBytes), grpc.WaitForHandlers(true))
	p.Register(server, engine)
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		<-ctx.Done()
		server.Stop()
	}()
	if _, err := fmt.Fprintf(stdout, "%d\n", listener.Addr().(*net.TCPAddr).Port); err != nil {
		return err
	}
	if err := server.Serve(listener); err != nil && !errors.Is(err, grpc.ErrServerStopped) {
		return err
	}
	<-stopped
	return nil
}

// parse returns the engine's address, or answered after a flag that only asks for an answer.
func (p Plugin) parse(args []string, stdout io.Writer) (engine string, answered bool, err error) {
	flags := flag.NewFlagSet(p.Name, flag.ContinueOnError)
	version := flags.Bool("version", false, "print the version and exit")
	// The engine passes its own logging and tracing flags on to every plugin. They are taken and left unused: plugins here log nothing.
	flags.Bool("logtostderr", false, "accepted, without effect")
	flags.Bool("logflow", false, "accepted, without effect")
	flags.Int("v", 0, "accepted, without effect")
	flags.String("tracing", "", "accepted, without effect")
	flags.String("root", "", "accepted, without effect: the engine names directories in each request")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return "", true, nil
	} else if err != nil {
		return "", false, err
	}
	if *version {
		_, err := fmt.Fprintln(stdout, p.Version)
		return "", true, err
	}
	if flags.NArg() > 1 {
		return "", false, fmt.Errorf("expected one argument, the engine's address; got %q", flags.Args())
	}
	return flags.Arg(0), false, nil
}

// endWithParent returns a context that also ends when stdin does. The engine holds the other end of a plugin's stdin for as
// long as it lives, so even kill -9 of the engine is noticed. A terminal or /dev/null says nothing about a parent.
func endWithParent(ctx context.Context, stdin *os.File) context.Context {
	info, err := stdin.Stat()
	if err != nil || info.Mode()&(os.ModeNamedPipe|os.ModeSocket) == 0 {
		return ctx
	}
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		_, _ = io.Copy(io.Discard, stdin)
		cancel()
	}()
	return ctx
}
