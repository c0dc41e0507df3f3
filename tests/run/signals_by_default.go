// Signals that the program does not ask for: which end it, how, and which do nothing; from outside and from itself.
package main

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

func main() {
	if len(os.Args) > 1 {
		child(os.Args[1])
		return
	}
	for _, s := range []syscall.Signal{
		syscall.SIGHUP, syscall.SIGTERM, syscall.SIGQUIT, syscall.SIGABRT, syscall.SIGILL, syscall.SIGSYS,
		syscall.SIGSEGV, syscall.SIGUSR1, syscall.SIGPIPE, 40,
	} {
		for _, how := range []string{"self", "busy", "idle", "again", "ignore"} {
			run(s, how)
		}
	}
}

func run(s syscall.Signal, how string) {
	cmd := exec.Command(os.Args[0], fmt.Sprint(int(s), " ", how))
	var stderr strings.Builder
	cmd.Stderr = &stderr
	in, _ := cmd.StdinPipe()
	out, _ := cmd.StdoutPipe()
	if err := cmd.Start(); err != nil {
		fmt.Println(err)
		return
	}
	r := bufio.NewReader(out)
	r.ReadString('\n')
	if how != "self" {
		if how != "busy" {
			time.Sleep(3 * time.Millisecond)
		}
		cmd.Process.Signal(s)
		time.Sleep(time.Millisecond)
		in.Close()
	}
	rest, _ := r.ReadString(0)
	err := cmd.Wait()
	text := stderr.String()
	fmt.Printf("%d %s: %q %v %q main=%v regs=%v\n", int(s), how, rest, err, firstLine(text),
		strings.Contains(text, "main.child"), strings.Contains(text, "rflags"))
}

func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	return s
}

func child(arg string) {
	var sig int
	var how string
	fmt.Sscan(arg, &sig, &how)
	s := syscall.Signal(sig)
	closed := make(chan int)
	switch how {
	case "again":
		c := make(chan os.Signal, 1)
		signal.Notify(c, s)
		signal.Stop(c)
	case "ignore":
		signal.Ignore(s)
	}
	go func() {
		os.Stdin.Read(make([]byte, 1))
		close(closed)
	}()
	fmt.Println("ready")
	switch how {
	case "self":
		syscall.Kill(syscall.Getpid(), s)
		n := 0
		for i := range 100 {
			n += len(fmt.Sprint(i))
		}
	case "busy":
		for x := 0; ; x++ {
			select {
			case <-closed:
				fmt.Println("survived")
				return
			default:
			}
		}
	default:
		<-closed
	}
	fmt.Println("survived")
}

// Output:
// 1 self: "" signal: hangup "" main=false regs=false
// 1 busy: "" signal: hangup "" main=false regs=false
// 1 idle: "" signal: hangup "" main=false regs=false
// 1 again: "" signal: hangup "" main=false regs=false
// 1 ignore: "survived\n" <nil> "" main=false regs=false
// 15 self: "" signal: terminated "" main=false regs=false
// 15 busy: "" signal: terminated "" main=false regs=false
// 15 idle: "" signal: terminated "" main=false regs=false
// 15 again: "" signal: terminated "" main=false regs=false
// 15 ignore: "survived\n" <nil> "" main=false regs=false
// 3 self: "" exit status 2 "SIGQUIT: quit" main=true regs=true
// 3 busy: "" exit status 2 "SIGQUIT: quit" main=true regs=true
// 3 idle: "" exit status 2 "SIGQUIT: quit" main=true regs=true
// 3 again: "" exit status 2 "SIGQUIT: quit" main=true regs=true
// 3 ignore: "survived\n" <nil> "" main=false regs=false
// 6 self: "" exit status 2 "SIGABRT: abort" main=true regs=true
// 6 busy: "" exit status 2 "SIGABRT: abort" main=true regs=true
// 6 idle: "" exit status 2 "SIGABRT: abort" main=true regs=true
// 6 again: "" exit status 2 "SIGABRT: abort" main=true regs=true
// 6 ignore: "survived\n" <nil> "" main=false regs=false
// 4 self: "" exit status 2 "SIGILL: illegal instruction" main=true regs=true
// 4 busy: "" exit status 2 "SIGILL: illegal instruction" main=true regs=true
// 4 idle: "" exit status 2 "SIGILL: illegal instruction" main=true regs=true
// 4 again: "" exit status 2 "SIGILL: illegal instruction" main=true regs=true
// 4 ignore: "survived\n" <nil> "" main=false regs=false
// 31 self: "" exit status 2 "SIGSYS: bad system call" main=true regs=true
// 31 busy: "" exit status 2 "SIGSYS: bad system call" main=true regs=true
// 31 idle: "" exit status 2 "SIGSYS: bad system call" main=true regs=true
// 31 again: "" exit status 2 "SIGSYS: bad system call" main=true regs=true
// 31 ignore: "survived\n" <nil> "" main=false regs=false
// 11 self: "" exit status 2 "SIGSEGV: segmentation violation" main=true regs=true
// 11 busy: "" exit status 2 "SIGSEGV: segmentation violation" main=true regs=true
// 11 idle: "" exit status 2 "SIGSEGV: segmentation violation" main=true regs=true
// 11 again: "" exit status 2 "SIGSEGV: segmentation violation" main=true regs=true
// 11 ignore: "survived\n" <nil> "" main=false regs=false
// 10 self: "survived\n" <nil> "" main=false regs=false
// 10 busy: "survived\n" <nil> "" main=false regs=false
// 10 idle: "survived\n" <nil> "" main=false regs=false
// 10 again: "survived\n" <nil> "" main=false regs=false
// 10 ignore: "survived\n" <nil> "" main=false regs=false
// 13 self: "survived\n" <nil> "" main=false regs=false
// 13 busy: "survived\n" <nil> "" main=false regs=false
// 13 idle: "survived\n" <nil> "" main=false regs=false
// 13 again: "survived\n" <nil> "" main=false regs=false
// 13 ignore: "survived\n" <nil> "" main=false regs=false
// 40 self: "survived\n" <nil> "" main=false regs=false
// 40 busy: "survived\n" <nil> "" main=false regs=false
// 40 idle: "survived\n" <nil> "" main=false regs=false
// 40 again: "survived\n" <nil> "" main=false regs=false
// 40 ignore: "survived\n" <nil> "" main=false regs=false
