package langhost

import (
	"context"
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

// interruptGrace is what a program gets between the interrupt and the kill. The engine gives the host itself five seconds.
const interruptGrace = 2 * time.Second

// runGroup runs the command as startGroup does and waits for it. The error of a command that was stopped is the context's.
func runGroup(ctx context.Context, command *exec.Cmd) error {
	exited, err := startGroup(ctx, command)
	if err != nil {
		return err
	}
	err = command.Wait()
	exited()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// startGroup starts the command in a process group of its own. When the context ends, the whole group (a program may have started others)
// is interrupted, and killed if it takes longer than interruptGrace. The kernel kills the command when this process dies, where it can.
// Call exited after the command's Wait; it returns when nothing more is to be stopped.
func startGroup(ctx context.Context, command *exec.Cmd) (exited func(), err error) {
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	dieWithParent(command.SysProcAttr)
	command.WaitDelay = interruptGrace // for grandchildren that hold the output open after the end

	started, ended, stopped := make(chan error), make(chan struct{}), make(chan struct{})
	go func() {
		// The kernel ties the child's life to the thread that started it, so that thread has to stay.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		started <- command.Start()
		<-ended
	}()
	if err := <-started; err != nil {
		close(ended)
		return nil, err
	}
	go func() {
		defer close(stopped)
		select {
		case <-ended:
		case <-ctx.Done():
			stopGroup(command.Process.Pid, ended)
		}
	}()
	return func() {
		close(ended)
		<-stopped
	}, nil
}

func stopGroup(leader int, ended <-chan struct{}) {
	_ = syscall.Kill(-leader, syscall.SIGINT)
	select {
	case <-ended:
	case <-time.After(interruptGrace):
	}
	_ = syscall.Kill(-leader, syscall.SIGKILL) // the leader, or what it left behind
}
