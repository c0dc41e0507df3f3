package p

func _() {
	if { // ERROR missing condition in if statement
	}
	if x; { // ERROR missing condition in if statement
	}
	if x = 1 { // ERROR cannot use assignment x = 1 as value
	}
	if x = a+b { // ERROR cannot use assignment x = (a + b) as value
	}
	if x := 1 { // ERROR cannot use x := 1 as value
	}
	if x {
	} else /* ERROR else must be followed by if or statement block */ return
	for x := 0; x < 1; y := 2 { // ERROR cannot declare in post statement of for loop
	}
	for i := 0; { // ERROR expected for loop condition
	}
	for var i = 0; i < 10; i++ { // ERROR var declaration not allowed in for initializer
	}
	switch x {
	foo: // ERROR unexpected name foo, expected case or default or }
	}
	x y // ERROR unexpected name y at end of statement
	a, b // ERROR expected := or = or comma
	go (f()) // ERROR expression in go must not be parenthesized
	_ = a[1:2:] // ERROR final index required in 3-index slice
	_ = a[::1] // ERROR middle index required in 3-index slice
	_ = a[] // ERROR expected operand
	_ = (T){1} // ERROR cannot parenthesize type in composite literal
	f(a, b // ERROR unexpected newline in argument list; possibly missing comma or )
	)
	_ = []int{
		1 // ERROR unexpected newline in composite literal; possibly missing comma or }
	}
}
