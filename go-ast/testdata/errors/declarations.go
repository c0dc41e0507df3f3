package p

import 42 // ERROR import path must be a string
import /* ERROR missing import path */ ;

var x /* ERROR unexpected newline, expected type */
const c = 0
const ( d =
) // ERROR unexpected ), expected expression
type t /* ERROR unexpected newline in type declaration */

import "fmt" // ERROR imports must appear before other declarations

func () m() {} // ERROR method has no receiver
func (a, b T) m() {} // ERROR method has multiple receivers
func 1() {} // ERROR unexpected literal 1, expected name or (
func f(a int, []b) {} // ERROR missing parameter name
func g(a int, b) {} // ERROR missing parameter type
func h(a ...int, b int) {} // ERROR can only use ... with final parameter
func h() (a ...int) {} // ERROR invalid use of ...
func i[]() {} // ERROR empty type parameter list
func j[P, Q any, R]() {} // ERROR missing type constraint
func body()
{ // ERROR unexpected semicolon or newline before {
}

type i interface {
	m[P any]() // ERROR interface method must have no type parameters
	n[]() // ERROR empty type parameter list
}

type s struct {
	(T) // ERROR cannot parenthesize embedded type
	*(T) // ERROR cannot parenthesize embedded type
	a, b // ERROR unexpected newline, expected type
}

var _ = func[P any](x P) {} // ERROR function type must have no type parameters
x := 1 // ERROR non-declaration statement outside function body
