package main

import (
	"fmt"
	"reflect"
)

type Speaker interface{ Speak() }

type Dog struct{ name string }

func (d Dog) Speak()             { fmt.Println(d.name, "barks") }
func (d Dog) Add(a, b int) int   { return a + b }
func (d *Dog) Rename(to string)  { d.name = to }

func main() {
	var s Speaker = Dog{"Rex"}
	fmt.Println(reflect.TypeOf(s), reflect.TypeOf(s).NumMethod(), reflect.TypeOf(&Dog{}).NumMethod())
	v := reflect.ValueOf(s)
	v.MethodByName("Speak").Call(nil)
	sum := v.MethodByName("Add").Call([]reflect.Value{reflect.ValueOf(2), reflect.ValueOf(3)})
	fmt.Println(sum[0].Int())
	d := &Dog{"Rex"}
	reflect.ValueOf(d).MethodByName("Rename").Call([]reflect.Value{reflect.ValueOf("Max")})
	d.Speak()
}

// Output:
// main.Dog 2 3
// Rex barks
// 5
// Max barks
