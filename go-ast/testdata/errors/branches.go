package p

func _() {
unused: // ERROR label unused defined and not used
	for {
	}
twice:
	goto twice
twice: // ERROR label twice already defined at x.go:7:1
	break // ERROR break is not in a loop, switch, or select
	continue // ERROR continue is not in a loop
	fallthrough // ERROR fallthrough statement out of place
	goto missing // ERROR label missing not defined
	goto inner // ERROR goto inner jumps into block starting at x.go:15:2
	{
	inner:
	}
	goto over // ERROR goto over jumps over declaration of v at x.go:19:6
	var v int
over:
	switch {
	case true:
		fallthrough
	default:
		fallthrough // ERROR cannot fallthrough final case in switch
	}
	switch x.(type) {
	case int:
		fallthrough // ERROR cannot fallthrough in type switch
	}
loop:
	for {
		func() {
			break loop // ERROR break label not defined: loop
		}()
		break loop
	}
block:
	{
		continue block // ERROR invalid continue label block
	}
}
