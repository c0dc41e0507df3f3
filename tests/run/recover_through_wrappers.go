// recover sees the panic exactly if the deferred function itself calls it: wrappers that the compiler
// or reflect put between do not count, and the deferred call of recover itself counts as one in the
// function with the defer statement.
package main

import (
	"fmt"
	"reflect"
)

type I interface{ M(name string) }

type Ptr struct{ _ int }

func (*Ptr) M(name string) { report(name, recover()) }

type Word uintptr

func (Word) M(name string) { report(name, recover()) }

type Large [4]string

func (Large) M(name string) { report(name, recover()) }

type Outer struct {
	_ int
	Large
}

func report(name string, got any) { fmt.Println(name, got) }

func helper() any { return recover() }

// catch calls f, which panics and may or may not recover.
func catch(f func()) {
	defer func() {
		if e := recover(); e != nil {
			fmt.Println("not recovered:", e)
		}
	}()
	f()
}

func main() {
	for _, i := range []I{&Ptr{}, Word(1), Large{}, Outer{}, &Outer{}} {
		name := fmt.Sprintf("%T", i)
		catch(func() {
			defer i.M(name + " interface")
			panic(1)
		})
		catch(func() {
			f := i.M
			defer f(name + " method value")
			panic(2)
		})
		catch(func() {
			f := reflect.ValueOf(i).Method(0).Interface().(func(string))
			defer f(name + " reflect")
			panic(3)
		})
	}
	catch(func() {
		defer Large.M(Large{}, "method expression")
		panic(4)
	})
	catch(func() {
		defer func() { report("helper", helper()) }()
		panic(5)
	})
	catch(func() {
		defer recover() // called by the panic itself: too early
		panic(6)
	})
	catch(func() {
		defer func() { report("after", recover()) }()
		defer func() {
			defer recover() // called when the deferred function ends
		}()
		panic(7)
	})
	catch(func() {
		defer func() { report("outer", recover()) }()
		defer func() {
			defer func() { report("inner", recover()) }()
			defer recover()
			panic(9)
		}()
		panic(8)
	})
	catch(func() {
		f := reflect.MakeFunc(reflect.TypeFor[func()](), func([]reflect.Value) []reflect.Value {
			report("made", recover())
			return nil
		}).Interface().(func())
		defer f()
		panic(10)
	})
}

// Output:
// *main.Ptr interface 1
// *main.Ptr method value 2
// *main.Ptr reflect 3
// main.Word interface 1
// main.Word method value 2
// main.Word reflect 3
// main.Large interface 1
// main.Large method value 2
// main.Large reflect 3
// main.Outer interface 1
// main.Outer method value 2
// main.Outer reflect 3
// *main.Outer interface 1
// *main.Outer method value 2
// *main.Outer reflect 3
// method expression 4
// helper <nil>
// not recovered: 5
// not recovered: 6
// after <nil>
// inner 9
// outer 8
// made 10
