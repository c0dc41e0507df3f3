package main

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
)

var log []string

func say(s string) { log = append(log, s) }

func show(name string) {
	fmt.Println(name, strings.Join(log, " "))
	log = nil
}

func two(c bool) (r int) {
	defer say("first")
	if c {
		defer func() { r *= 2; say("second") }()
	}
	defer func() { r++ }()
	return 20
}

// A deferred call that panics at the normal end of its function: those before it
// still run, and can recover.
func late() (err error) {
	defer say("outermost")
	defer func() {
		if x := recover(); x != nil {
			err = fmt.Errorf("late: %v", x)
		}
	}()
	defer say("between")
	defer func() { panic("in defer") }()
	return nil
}

// Recovery in the middle of the list: the rest runs after it.
func middle() (err error) {
	defer func() { err = errors.Join(err, errors.New("last")) }()
	defer func() { err = fmt.Errorf("%v", recover()) }()
	defer say("before")
	panic("body")
}

func nilFunc() (s string) {
	defer func() { s = fmt.Sprint(recover()) }()
	var f func()
	defer f()
	say("nil deferred")
	return ""
}

func inner() {
	// Called while a panic is going on, but not by it: recovers nothing.
	defer func() { say(fmt.Sprint(recover())) }()
}

func outer() (s string) {
	defer func() { s = fmt.Sprint(recover()) }()
	defer inner()
	defer func() { inner() }()
	panic("outer")
}

func exits() {
	done := make(chan bool)
	go func() {
		defer close(done)
		defer func() { say(fmt.Sprint("goexit ", recover())) }()
		defer runtime.Goexit()
		defer say("a")
	}()
	<-done
}

func mixed(n int) {
	defer say("start")
	for i := range n {
		defer say(fmt.Sprint("loop ", i))
	}
	defer say("end")
}

func repanics() (s string) {
	defer func() { s = fmt.Sprint(recover()) }()
	defer func() { panic(fmt.Sprint("again ", recover())) }()
	defer func() { panic(fmt.Sprint("and ", recover())) }()
	return "x"
}

func many() {
	defer say("1")
	defer say("2")
	defer say("3")
	defer say("4")
	defer say("5")
	defer say("6")
	defer say("7")
	defer say("8")
	defer say("9")
}

func jumps() {
	i := 0
again:
	defer say(fmt.Sprint("jump ", i))
	if i++; i < 3 {
		goto again
	}
}

func main() {
	fmt.Println(two(true), two(false))
	show("two")
	fmt.Println(late())
	show("late")
	fmt.Println(strings.ReplaceAll(middle().Error(), "\n", "|"))
	show("middle")
	fmt.Println(nilFunc())
	show("nil")
	fmt.Println(outer())
	show("outer")
	exits()
	show("exits")
	mixed(2)
	show("mixed")
	fmt.Println(repanics())
	many()
	show("many")
	jumps()
	show("jumps")
}

// Output:
// 42 21
// two second first first
// late: in defer
// late between outermost
// body|last
// middle before
// runtime error: invalid memory address or nil pointer dereference
// nil nil deferred
// outer
// outer <nil> <nil>
// exits a goexit <nil>
// mixed end loop 1 loop 0 start
// again and <nil>
// many 9 8 7 6 5 4 3 2 1
// jumps jump 2 jump 1 jump 0
