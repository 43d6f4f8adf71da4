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

// runGroup runs the command in a process group of its own and waits for it. When the context ends first, the whole group
// (a program may have started others) is interrupted, and killed if it takes longer than interruptGrace.
// The command is killed by the kernel when this process dies, where the kernel can do that.
func runGroup(ctx context.Context, command *exec.Cmd) error {
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	dieWithParent(command.SysProcAttr)
	command.WaitDelay = interruptGrace // for grandchildren that hold the output open after the end

	started := make(chan error, 1)
	finished := make(chan error, 1)
	go func() {
		// The kernel ties the child's life to the thread that started it, so that thread has to stay.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := command.Start()
		started <- err
		if err == nil {
			finished <- command.Wait()
		}
	}()
	if err := <-started; err != nil {
		return err
	}

	group := -command.Process.Pid
	select {
	case err := <-finished:
		return err
	case <-ctx.Done():
	}
	_ = syscall.Kill(group, syscall.SIGINT)
	select {
	case <-finished:
	case <-time.After(interruptGrace):
		_ = syscall.Kill(group, syscall.SIGKILL)
		<-finished
	}
	_ = syscall.Kill(group, syscall.SIGKILL) // whatever the program leaves behind
	return context.Cause(ctx)
}
