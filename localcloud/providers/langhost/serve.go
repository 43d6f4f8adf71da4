// Package langhost is a Pulumi language host for Python: it serves the LanguageRuntime protocol of the SDK, so that the
// engine can run Python programs, policy packs and plugins on a machine without the official pulumi-language-python.
//
// It supports Linux and other Unix systems and the pip toolchain; what it does not do it refuses with one clear sentence.
package langhost

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

	"github.com/pulumi/pulumi/sdk/v3"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
)

// maxMessageBytes is the limit that the engine sets on its own messages (400 MiB): a program's config may be large.
const maxMessageBytes = 400 << 20

// Main serves the language host until the engine goes away or a signal arrives.
//
// args are the command line without the program's name, as the engine gives it: flags, then the engine's address. The port
// is printed as the first line on stdout. stdin is only watched: when it is a pipe, its end means that the engine is gone.
func Main(args []string, stdin *os.File, stdout io.Writer) error {
	engine, done, err := parseArguments(args, stdout)
	if err != nil || done {
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
	pulumirpc.RegisterLanguageRuntimeServer(server, NewHost(engine))
	go func() {
		<-ctx.Done()
		server.Stop() // cancels every call in flight, which ends the programs they run, and waits for that
	}()

	if _, err := fmt.Fprintf(stdout, "%d\n", listener.Addr().(*net.TCPAddr).Port); err != nil {
		return err
	}
	if err := server.Serve(listener); err != nil && !errors.Is(err, grpc.ErrServerStopped) {
		return err
	}
	return nil
}

// parseArguments returns the engine's address, or done after answering a flag that asks for an answer only.
func parseArguments(args []string, stdout io.Writer) (engine string, done bool, err error) {
	flags := flag.NewFlagSet("pulumi-language-python", flag.ContinueOnError)
	version := flags.Bool("version", false, "print the version and exit")
	// The engine passes its own logging and tracing flags on to every plugin. They are taken and left unused: this host logs nothing.
	flags.Bool("logtostderr", false, "accepted, without effect")
	flags.Bool("logflow", false, "accepted, without effect")
	flags.Int("v", 0, "accepted, without effect")
	flags.String("tracing", "", "accepted, without effect")
	flags.String("root", "", "accepted, without effect: the engine names the directories in each request")
	if err := flags.Parse(args); err != nil {
		return "", errors.Is(err, flag.ErrHelp), ignoreHelp(err)
	}
	if *version {
		_, err := fmt.Fprintln(stdout, sdk.Version.String())
		return "", true, err
	}
	if flags.NArg() > 1 {
		return "", false, fmt.Errorf("expected one argument, the engine's address; got %q", flags.Args())
	}
	return flags.Arg(0), false, nil
}

func ignoreHelp(err error) error {
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	return err
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
